import Foundation

/// An account as its organization knows it.
package struct MemberAccount: Hashable, Sendable {
    package enum Status: String, Sendable {
        case active = "ACTIVE"
        /// Closed: nobody signs for it, and what it has stays.
        case suspended = "SUSPENDED"
        case pendingClosure = "PENDING_CLOSURE"
    }

    package enum JoinedBy: String, Sendable {
        case creation = "CREATED"
        case invitation = "INVITED"
    }

    package let id: AccountID
    package var name: String
    package var email: String
    package var status: Status
    package var joinedBy: JoinedBy
    package var joinedAt: Date
    /// The root or a unit.
    package var parent: String

    package init(
        id: AccountID,
        name: String,
        email: String,
        status: Status = .active,
        joinedBy: JoinedBy = .creation,
        joinedAt: Date,
        parent: String
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.status = status
        self.joinedBy = joinedBy
        self.joinedAt = joinedAt
        self.parent = parent
    }

    /// The name of an account that nobody gave one.
    package static func standardName(_ id: AccountID) -> String { "Account \(id)" }

    /// An address that no mail reaches (RFC 2606), for an account that was given none.
    package static func standardEmail(_ id: AccountID) -> String { "\(id)@ferry.invalid" }

    /// Whether a text has the form that Organizations asks of an address.
    package static func isEmail(_ text: String) -> Bool {
        (6...64).contains(text.unicodeScalars.count) && text.wholeMatch(of: /[^\s@]+@[^\s@]+\.[^\s@]+/) != nil
    }
}

/// A request to create an account, and what has become of it.
package struct AccountRequest: Hashable, Sendable {
    package enum State: String, Sendable, CaseIterable {
        case inProgress = "IN_PROGRESS"
        case succeeded = "SUCCEEDED"
        case failed = "FAILED"
    }

    package enum Failure: String, Sendable {
        case accountLimitExceeded = "ACCOUNT_LIMIT_EXCEEDED"
        case emailAlreadyExists = "EMAIL_ALREADY_EXISTS"
        case invalidEmail = "INVALID_EMAIL"
    }

    package let id: String
    package let name: String
    package var state = State.inProgress
    package var account: AccountID?
    package var failure: Failure?
    package let requestedAt: Date
    package var completedAt: Date?

    package init(id: String = "car-" + OrganizationLetters.make(32), name: String, requestedAt: Date) {
        self.id = id
        self.name = name
        self.requestedAt = requestedAt
    }

    package mutating func succeed(with account: AccountID, at date: Date) {
        (state, self.account, completedAt) = (.succeeded, account, date)
    }

    package mutating func fail(_ failure: Failure, at date: Date) { (state, self.failure, completedAt) = (.failed, failure, date) }
}
