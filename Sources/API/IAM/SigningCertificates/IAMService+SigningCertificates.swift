import Domain
import Wire

extension IAMService {
    static let signingCertificates: [any IAMAction.Type] = [
        DeleteSigningCertificate.self, ListSigningCertificates.self, UpdateSigningCertificate.self, UploadSigningCertificate.self,
    ]
}

extension XMLWriter {
    /// The members of IAM's type `SigningCertificate`.
    mutating func write(_ certificate: SigningCertificate) {
        // What belongs to no user is the root user's, whom IAM calls so.
        element("UserName", "root")
        element("CertificateId", certificate.id)
        element("CertificateBody", certificate.body)
        element("Status", certificate.status.rawValue)
        element("UploadDate", Timestamp.iso8601(certificate.uploadedAt))
    }
}
