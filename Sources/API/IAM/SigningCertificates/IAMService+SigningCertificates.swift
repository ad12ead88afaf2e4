import Domain
import Services
import Wire

extension IAMService {
    static let signingCertificates: [any Action<QueryReader>.Type] = [
        DeleteSigningCertificate.self, ListSigningCertificates.self, UpdateSigningCertificate.self, UploadSigningCertificate.self,
    ]
}

extension XMLWriter {
    /// The members of IAM's type `SigningCertificate`.
    mutating func write(_ certificate: SigningCertificate, of user: IAMSubject) {
        element("UserName", user.userName)
        element("CertificateId", certificate.id)
        element("CertificateBody", certificate.body)
        element("Status", certificate.status.rawValue)
        element("UploadDate", Timestamp.iso8601(certificate.uploadedAt))
    }
}
