import Foundation

/// What somebody signs with, without its secret.
package struct AccessKey: Hashable, Sendable {
    /// How many a user, or the root user, may have (IAM quotas).
    package static let perUserMax = Quota.accessKeysOfUser.standard

    /// Only active ones sign.
    package enum Status: String, Sendable, CaseIterable {
        case active = "Active"
        case inactive = "Inactive"
    }

    /// Where and when a key was last used, to the minute.
    package struct Use: Hashable, Sendable {
        package let date: Date
        package let region: String
        /// As signatures have it.
        package let service: String

        package init(date: Date, region: String, service: String) {
            self.date = date
            self.region = region
            self.service = service
        }
    }

    package let id: String
    package let account: AccountID
    /// Nil for the root user.
    package let userID: String?
    package let status: Status
    package let lastUse: Use?
    package let createdAt: Date

    package init(id: String, account: AccountID, userID: String?, status: Status = .active, lastUse: Use? = nil, createdAt: Date) {
        self.id = id
        self.account = account
        self.userID = userID
        self.status = status
        self.lastUse = lastUse
        self.createdAt = createdAt
    }

    package static func randomID() -> String { "AKIA" + RandomLetters.make(16) }
}
