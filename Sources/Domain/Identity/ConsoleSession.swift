import Foundation

/// A browser that somebody has signed in with, or a link with which one may sign in, once.
package struct ConsoleSession: Hashable, Sendable {
    /// Temporary keys, as their token: the server opens it, and nobody else.
    package struct Keys: Hashable, Sendable {
        package let accessKeyID: String
        package let token: String

        package init(accessKeyID: String, token: String) { (self.accessKeyID, self.token) = (accessKeyID, token) }
    }

    /// Whose sessions count, are listed and are ended together.
    package struct Person: Hashable, Sendable {
        package let account: AccountID
        /// `root`, `user/ID`, `role/ID/SESSION` or `federated/ID/NAME`.
        package let name: String

        package init(account: AccountID, name: String) { (self.account, self.name) = (account, name) }

        package init(_ principal: Principal) {
            let name =
                switch principal.kind {
                case .rootUser: "root"
                case .user(let user): "user/\(user.id)"
                case .role(let role): "role/\(role.id)/\(role.session)"
                case .federatedUser(let name, let user): "federated/\(user?.id ?? "root")/\(name)"
                case .anonymous: "nobody"
                }
            self.init(account: principal.account, name: name)
        }
    }

    /// What it was begun with: it ends when that is no good any more.
    package enum Basis: Hashable, Sendable {
        case accessKey(String)
        /// A password as it was set at this time.
        case password(Date)
        /// Temporary keys, which end by themselves.
        case temporaryKeys
    }

    /// What of the cookie is kept: its SHA-256 in hexadecimal. Who reads the rows has no cookie.
    package let id: String
    package let person: Person
    package let basis: Basis
    package let keys: Keys
    /// Those of the role that the person has switched to.
    package var role: Keys?
    package let isLink: Bool
    package let address: String
    package let userAgent: String
    package let createdAt: Date
    package var seenAt: Date
    package let expiresAt: Date

    package init(
        id: String,
        person: Person,
        basis: Basis,
        keys: Keys,
        role: Keys? = nil,
        isLink: Bool = false,
        address: String,
        userAgent: String,
        createdAt: Date,
        seenAt: Date,
        expiresAt: Date
    ) {
        self.id = id
        self.person = person
        self.basis = basis
        self.keys = keys
        self.role = role
        self.isLink = isLink
        self.address = address
        self.userAgent = userAgent
        self.createdAt = createdAt
        self.seenAt = seenAt
        self.expiresAt = expiresAt
    }
}
