import Foundation

/// A request for a higher quota, which the operator decides.
package struct QuotaRequest: Hashable, Sendable {
    package enum Status: String, Sendable, CaseIterable {
        case pending = "PENDING"
        case approved = "APPROVED"
        case denied = "DENIED"
    }

    /// How many of an account can be waiting for the operator.
    package static let pendingMax = 20

    /// Ids of later requests are greater.
    package let id: String
    package let account: AccountID
    /// Nil for a quota of the account as a whole.
    package let region: Region?
    package let quota: Quota
    package let desired: Int
    package var status: Status
    /// The ARN of who asked.
    package let requester: String
    package let createdAt: Date
    package var updatedAt: Date

    package init(
        id: String,
        account: AccountID,
        region: Region?,
        quota: Quota,
        desired: Int,
        status: Status = .pending,
        requester: String,
        createdAt: Date,
        updatedAt: Date
    ) {
        self.id = id
        self.account = account
        self.region = region
        self.quota = quota
        self.desired = desired
        self.status = status
        self.requester = requester
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// As AWS's are, 32 to 40 letters and digits, the time first.
    package static func newID(at date: Date) -> String {
        let time = String(Int64(date.timeIntervalSince1970 * 1000), radix: 16)
        return String(repeating: "0", count: max(0, 12 - time.count)) + time + RandomLetters.make(24).lowercased()
    }
}
