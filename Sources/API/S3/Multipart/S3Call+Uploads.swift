import Domain
import HTTPTypes
import Services
import Wire

extension S3Call {
    /// The upload that the request names.
    func upload() async throws -> MultipartUpload { try await objects.upload(query["uploadId"] ?? "", of: key, in: bucket) }
}

extension XMLWriter {
    /// An account by its canonical id, whoever is in one by its ARN.
    mutating func initiator(of upload: MultipartUpload, owner: AccountID) {
        guard let arn = upload.initiator.flatMap({ ARN($0) }), let account = AccountID(rawValue: arn.account) else {
            return self.owner("Initiator", owner)
        }
        guard arn.resource != "root" else { return self.owner("Initiator", account) }
        element("Initiator") { xml in
            xml.element("ID", arn.description)
            xml.element("DisplayName", arn.resource.split(separator: "/").last.map(String.init) ?? arn.resource)
        }
    }
}

extension MultipartUpload {
    func mismatch(with algorithm: ChecksumAlgorithm) -> S3Error {
        S3Error(
            .invalidRequest,
            "Checksum Type mismatch occurred, expected checksum Type: \(checksumAlgorithm?.lowercased() ?? "null"), actual checksum "
                + "Type: \(algorithm.rawValue.lowercased())"
        )
    }
}

extension MultipartUpload.Part {
    func checksumValue(of upload: MultipartUpload) -> ChecksumValue? {
        guard let checksum, let algorithm = ChecksumAlgorithm(name: upload.keptAlgorithm) else { return nil }
        return ChecksumValue(algorithm, bytes: checksum)
    }

    /// What clients are told: the checksum that makes up S3's own of the object is nobody's business when no algorithm was asked for.
    func shownChecksum(of upload: MultipartUpload) -> ChecksumValue? {
        upload.checksumAlgorithm == nil ? nil : checksumValue(of: upload)
    }
}
