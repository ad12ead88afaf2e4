import Foundation

/// A certificate whose key a user of an account signs bundles with (IAM's `SigningCertificate`).
package struct SigningCertificate: Hashable, Sendable {
    /// How many a user may have (IAM quotas, "Signing certificates assigned to an IAM user").
    package static let perUserMax = Quota.certificatesOfUser.standard
    /// Of the body, in characters (IAM, UploadSigningCertificate).
    package static let bodyLengthMax = 16_384

    /// Only active ones count when a signature is checked.
    package enum Status: String, Sendable, CaseIterable {
        case active = "Active"
        case inactive = "Inactive"
    }

    /// 32 capital letters and digits.
    package let id: String
    package let account: AccountID
    /// Nil for the root user.
    package let userID: String?
    /// PEM, as it was uploaded.
    package let body: String
    package var status: Status
    package let uploadedAt: Date

    package init(id: String, account: AccountID, userID: String? = nil, body: String, status: Status, uploadedAt: Date) {
        self.id = id
        self.account = account
        self.userID = userID
        self.body = body
        self.status = status
        self.uploadedAt = uploadedAt
    }

    package static func randomID() -> String { RandomLetters.make(32) }
}
