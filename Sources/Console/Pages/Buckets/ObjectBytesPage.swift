import API
import Domain
import HTTPTypes
import NIOCore
import Wire

/// The bytes of an object, which the browser keeps as a file whatever they are: nothing of a bucket is a page here.
struct ObjectBytesPage: Page {
    static let path = "{region}/buckets/{bucket}/download"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View { throw PageFault.notFound }

    func answer() async throws -> Reply? {
        let (region, key, version) = (try visit.region(), visit.key, visit.query("version"))
        guard !key.isEmpty else { throw PageFault.notFound }
        let target = S3Target.object(key, in: visit.bucket, version.isEmpty ? [] : [("versionId", version)])
        let reply = try await visit.reply(to: .rest("s3", .get, target), in: region)
        guard reply.status == .ok else {
            let bytes = Array(reply.body.readableBytesView)
            let refusal = (try? XMLNode(parsing: bytes)).map { CallRefusal($0, status: reply.status.code, requestID: visit.requestID) }
            throw refusal
                ?? CallRefusal(status: reply.status.code, code: "Status\(reply.status.code)", message: "", requestID: visit.requestID)
        }
        var headers: HTTPFields = [
            .contentType: "application/octet-stream", .cacheControl: "no-store", .contentDisposition: FileName.disposition(of: key),
            // Beside the policy that every answer has: both count.
            .contentSecurityPolicy: "sandbox; default-src 'none'",
        ]
        headers[.contentLength] = reply.headers[.contentLength]
        return Reply(status: .ok, headers: headers, body: reply.body, parts: reply.parts)
    }
}

/// What a browser is to call a file.
package enum FileName {
    private static let longest = 200

    /// For `Content-Disposition`: the last part of a key, without what would end or forge the header or lead out of a folder. RFC 6266.
    package static func disposition(of key: String) -> String {
        var last = String(key.split(separator: "/").last ?? "object")
        while last.utf8.count > longest { last.removeLast() }
        if last.allSatisfy({ $0 == "." }) { last = "object" }
        let plain = last.unicodeScalars.map { scalar in
            let isPlain = scalar.isASCII && scalar.value >= 0x20 && scalar.value != 0x7F && !"\"\\%/;".unicodeScalars.contains(scalar)
            return isPlain ? String(scalar) : "_"
        }
        return "attachment; filename=\"\(plain.joined())\"; filename*=UTF-8''\(PercentEncoding.encode(last))"
    }
}
