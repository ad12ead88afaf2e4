import Foundation

/// A certificate whose key an account signs bundles with (IAM's `SigningCertificate`).
package struct SigningCertificate: Hashable, Sendable {
    /// How many an account may have (IAM quotas, "Signing certificates assigned to an IAM user").
    package static let perAccountMax = 2
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
    /// PEM, as it was uploaded.
    package let body: String
    package var status: Status
    package let uploadedAt: Date

    package init(id: String, account: AccountID, body: String, status: Status, uploadedAt: Date) {
        self.id = id
        self.account = account
        self.body = body
        self.status = status
        self.uploadedAt = uploadedAt
    }

    package static func randomID() -> String { RandomLetters.make(32) }
}
