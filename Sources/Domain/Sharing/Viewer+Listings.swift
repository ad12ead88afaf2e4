/// What the parameters of DescribeImages and DescribeSnapshots leave of what a viewer sees (docs/behaviour/sharing.md, "Who sees what").
extension Viewer {
    /// Names of owners that are no accounts: nothing in Ferry belongs to them.
    private static let aliases: Set<String> = ["amazon", "aws-marketplace", "aws-backup-vault"]

    /// - Parameters:
    ///   - owners: `self`, account ids and aliases; none means all.
    ///   - ownerIDs: those that a filter leaves, in any text; nil means all.
    ///   - users: with whom it is shared, by `ExecutableBy` or `RestorableBy`: `self`, `all`, account ids; none means that it does not matter.
    ///   - ownersCount: whether what one owns counts as shared with oneself.
    ///   - isPublic: whether only what is public is wanted.
    package func reach(
        owners: [String],
        ownerIDs: [String]? = nil,
        users: [String],
        ownersCount: Bool = false,
        isPublic: Bool = false
    ) throws -> Reach {
        var wanted = owners.isEmpty ? nil : Set(try owners.compactMap(account))
        if let ownerIDs {
            let accounts = Set(ownerIDs.compactMap(AccountID.init(rawValue:)))
            wanted = wanted?.intersection(accounts) ?? accounts
        }
        let parts =
            try users.isEmpty
            ? (isPublic ? [.shared(with: .everyone, by: nil)] : reach.parts)
            : users.flatMap { try self.parts(sharedWith: $0, ownersCount: ownersCount) }
        return reach(of: parts.narrowed(to: wanted, ownedBy: account))
    }

    private func parts(sharedWith user: String, ownersCount: Bool) throws -> [Reach.Part] {
        switch user {
        case "self", account.rawValue:
            return names.map { .shared(with: $0, by: nil) } + (ownersCount ? [.owned(account)] : [])
        case "all": return [.shared(with: .everyone, by: nil)]
        default:
            // With whom others share their things is theirs to know.
            guard let other = AccountID(rawValue: user) else { throw Self.malformed(user: user) }
            return [.shared(with: .account(other), by: [account])]
        }
    }

    /// Nil for an alias.
    private func account(_ owner: String) throws -> AccountID? {
        if owner == "self" { return account }
        if let account = AccountID(rawValue: owner) { return account }
        guard Self.aliases.contains(owner) else { throw Self.malformed(user: owner) }
        return nil
    }

    private static func malformed(user: String) -> Fault { Fault(.invalidUserIDMalformed, "Invalid user id: \"\(user.prefix(128))\"") }
}

extension [Reach.Part] {
    /// - Parameter wanted: the owners that count; all when nil.
    fileprivate func narrowed(to wanted: Set<AccountID>?, ownedBy account: AccountID) -> [Reach.Part] {
        var seen = Set<Reach.Part>()
        let distinct = filter { seen.insert($0).inserted }
        guard let wanted else { return distinct }
        // They stand in the part of what is owned.
        let others = distinct.contains(.owned(account)) ? wanted.subtracting([account]) : wanted
        return distinct.compactMap { part in
            switch part {
            case .owned(let owner): return wanted.contains(owner) ? part : nil
            case .shared(let target, let owners):
                let left = owners?.intersection(others) ?? others
                return left.isEmpty ? nil : .shared(with: target, by: left)
            }
        }
    }
}
