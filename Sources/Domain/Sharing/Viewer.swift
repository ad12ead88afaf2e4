/// Who looks at images and snapshots: the one rule of who sees what. An account sees what it owns, and what is shared with it, with its
/// organization or one of its units, or with everybody.
package struct Viewer: Hashable, Sendable {
    package let account: AccountID
    package let membership: Membership
    private let closed: ClosedAccounts

    /// - Parameter closed: the accounts whose things nobody else sees.
    package init(account: AccountID, membership: Membership, closed: ClosedAccounts = .none) {
        self.account = account
        self.membership = membership
        self.closed = closed
    }

    /// Under which names something is shared with the viewer and not with everybody.
    package var names: [ShareTarget] {
        [.account(account)] + [membership.organization.map { .organization($0) }].compactMap(\.self)
            + membership.units.map { .organizationalUnit($0) }
    }

    /// All that the viewer sees.
    package var reach: Reach { reach(of: [.owned(account)] + (names + [.everyone]).map { .shared(with: $0, by: nil) }) }

    /// What is meant for the viewer itself: its own, and what is shared with its account by name. What is public alone is not.
    package var directReach: Reach { reach(of: [.owned(account), .shared(with: .account(account), by: nil)]) }

    func reach(of parts: [Reach.Part]) -> Reach { Reach(parts: parts, closed: closed) }
}

/// A part of all images or snapshots of a Region, put together of parts that an index finds. It never holds more than its viewer sees.
package struct Reach: Hashable, Sendable {
    package enum Part: Hashable, Sendable {
        case owned(AccountID)
        /// What is shared with somebody, of these owners; nil for all owners.
        case shared(with: ShareTarget, by: Set<AccountID>?)
    }

    package let parts: [Part]
    /// What these share is in no part.
    package let closed: ClosedAccounts

    package init(parts: [Part], closed: ClosedAccounts = .none) {
        self.parts = parts
        self.closed = closed
    }

    /// The owner, where everything is owned by one account and nothing else is in it.
    package var soleOwner: AccountID? {
        if case .owned(let owner)? = parts.first, parts.count == 1 { owner } else { nil }
    }

    package func holds(owner: AccountID, sharedWith targets: Set<ShareTarget>) -> Bool {
        parts.contains { part in
            switch part {
            case .owned(let account): account == owner
            case .shared(let target, let owners):
                targets.contains(target) && owners?.contains(owner) ?? true && !closed.contains(owner)
            }
        }
    }
}
