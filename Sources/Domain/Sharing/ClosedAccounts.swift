/// The accounts that are closed: what they have is open to nobody else, whatever they have set before.
package struct ClosedAccounts: Hashable, Sendable {
    package static let none = ClosedAccounts([])

    private let accounts: Set<AccountID>
    /// All of their ids, one after the other: for statements that ask whether an id is among them.
    package let text: String

    package init(_ accounts: Set<AccountID>) {
        self.accounts = accounts
        text = accounts.map(\.rawValue).sorted().joined(separator: " ")
    }

    package var isEmpty: Bool { accounts.isEmpty }

    package func contains(_ account: AccountID) -> Bool { accounts.contains(account) }
}
