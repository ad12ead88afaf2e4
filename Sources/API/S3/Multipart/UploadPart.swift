import Domain
import HTTPTypes
import Services
import Wire

struct UploadPart: S3Action {
    static let movesData = true
    static let permissions = [Permission<Self>.onObject("s3:PutObject")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let upload = try await call.upload()
        guard let number = try call.query.partNumber() else { throw S3Error.invalidArgument("partNumber", "", "A part needs its number") }
        var body = try call.body()
        if let algorithm = body.checksumAlgorithm, let expected = upload.checksumAlgorithm, algorithm.rawValue != expected {
            throw upload.mismatch(with: algorithm)
        }
        let kept = ChecksumAlgorithm(name: upload.keptAlgorithm)
        if let kept, kept != body.checksumAlgorithm { body.compute(kept) }
        let part = try await call.objects.putPart(number, of: upload, &body)
        var reply = Reply.empty(.ok)
        reply.headers[.eTag] = EntityTag(md5: part.md5).quoted
        reply.setEncryption(upload.encryption)
        let checksum = body.sentChecksum ?? part.shownChecksum(of: upload)
        if let checksum { reply.headers[.named(checksum.algorithm.headerName)] = checksum.text }
        return reply
    }
}
