import Domain
import Foundation
import Metadata

/// The first account and its access key: made at first start, or given by the operator.
package struct RootAccount: Sendable {
    package let account: AccountID
    package let accessKeyID: String
    package let secretAccessKey: String
    /// What this start did to the account's keys.
    package private(set) var change = Change.none

    package enum Change: Hashable, Sendable {
        case none
        /// It is the first of the account.
        case made
        /// The operator has set another one, or another secret; the keys named do not sign any more.
        case replaced([String])
    }

    /// What the operator sets, as environment variables; all optional.
    package struct Override: Sendable {
        package var accountID: String?
        package var accessKeyID: String?
        package var secretAccessKey: String?

        /// - Parameter secretAccessKey: what was taken out of the environment, where others could read it.
        package init(environment: [String: String], secretAccessKey: String? = nil) {
            accountID = environment["FERRY_ROOT_ACCOUNT_ID"].flatMap { $0.isEmpty ? nil : $0 }
            accessKeyID = environment["FERRY_ROOT_ACCESS_KEY_ID"].flatMap { $0.isEmpty ? nil : $0 }
            self.secretAccessKey = secretAccessKey.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// Finds or makes the root account, and writes its key where the AWS tools and `ferry` can read it.
    package static func prepare(in secrets: DirectorySecrets, folder: DataFolder, override: Override, clock: WallClock) async throws
        -> RootAccount
    {
        let root = try await secrets.directory.write { transaction in
            let table = DirectoryTable(transaction)
            let account = try Self.account(override, in: transaction)
            let keys = try table.rootAccessKeys(of: account)
            let known = override.accessKeyID.map { id in keys.first { $0.id == id } } ?? keys.last
            var root = try RootAccount(
                account: account,
                accessKeyID: override.accessKeyID ?? known?.id ?? AccessKey.randomID(),
                secretAccessKey: override.secretAccessKey ?? known.map { try secrets.secret($0.sealed, of: $0.id) }
                    ?? DirectorySecrets.newSecret()
            )
            guard root.isUsable else { throw RootAccountError.accessKey }
            let isKept = known.flatMap { try? secrets.secret($0.sealed, of: $0.id) } == root.secretAccessKey
            let replaced = override.accessKeyID == nil ? [] : keys.map(\.id).filter { $0 != root.accessKeyID }
            root.change = keys.isEmpty ? .made : isKept && replaced.isEmpty ? .none : .replaced(replaced)
            try table.insertAccount(account, at: clock.now)
            try Organization.found(managedBy: account, in: transaction, at: clock.now)
            // A key that the operator sets replaces those before it: one that leaked can be taken out of use.
            if override.accessKeyID != nil { try table.removeRootAccessKeys(of: account) }
            let sealed = try secrets.sealed(root.secretAccessKey, of: root.accessKeyID)
            try table.setAccessKey(root.accessKeyID, sealed: sealed, account: account, at: clock.now)
            try IAMVersionTable(transaction).bump()
            return root
        }
        try folder.write(root.sharedCredentials, to: folder.credentials)
        return root
    }

    /// The AWS shared-credentials format.
    var sharedCredentials: String {
        """
        # account \(account)
        [default]
        aws_access_key_id = \(accessKeyID)
        aws_secret_access_key = \(secretAccessKey)

        """
    }

    private static func account(_ override: Override, in transaction: Transaction) throws -> AccountID {
        let asked = try override.accountID.map { text in
            guard let account = AccountID(rawValue: text) else { throw RootAccountError.accountID(text) }
            return account
        }
        guard let known = try known(in: transaction, asked: asked) else { return asked ?? .random() }
        // What is in the folder belongs to the account that it was made for: another one would see nothing of it.
        if let asked, asked != known { throw RootAccountError.otherAccount(known, asked: asked) }
        return known
    }

    /// The account that manages the others; nil in a new folder.
    static func known(in transaction: Transaction, asked: AccountID?) throws -> AccountID? {
        if let organization = try OrganizationTable(transaction).organization() { return organization.managementAccount }
        // A folder of before has one account. A directory that was lost and made anew has all that own something, and none is known to be first.
        let accounts = try DirectoryTable(transaction).accounts(atMost: 2)
        guard accounts.count > 1 else { return accounts.first }
        guard let asked else { throw RootAccountError.severalAccounts }
        return asked
    }

    /// Whether clients can sign with the key, and the credentials file hold it.
    private var isUsable: Bool {
        accessKeyID.wholeMatch(of: /[A-Za-z0-9_]{3,128}/) != nil && secretAccessKey.wholeMatch(of: /[!-~]{1,128}/) != nil
    }
}

/// The operator's settings of the root account cannot be used.
package enum RootAccountError: Error, CustomStringConvertible {
    case accountID(String)
    case otherAccount(AccountID, asked: AccountID)
    case severalAccounts
    case noAccount
    case accessKey

    package var description: String {
        switch self {
        case .accountID(let text): "FERRY_ROOT_ACCOUNT_ID must be 12 digits, not '\(text)'"
        case .otherAccount(let known, let asked):
            "The data folder belongs to the account \(known), FERRY_ROOT_ACCOUNT_ID says \(asked): unset it, or use another folder"
        case .noAccount: "The data folder has no account yet: the first start of ferry serve makes it, with its access key"
        case .severalAccounts:
            "The directory was made anew and does not know which of its accounts manages the others: set FERRY_ROOT_ACCOUNT_ID to that one"
        case .accessKey:
            "FERRY_ROOT_ACCESS_KEY_ID takes 3 to 128 letters, digits and underscores, FERRY_ROOT_SECRET_ACCESS_KEY 1 to 128 visible characters"
        }
    }
}
