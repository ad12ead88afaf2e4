import NIOCore
import NIOHTTP1
import Wire

extension Call {
    /// A call about a bucket. Buckets stand in the path: so every name works, whatever a certificate or a name server says of it.
    static func s3(_ action: String, _ method: HTTPMethod, bucket: String, region: String) -> Call {
        Call(service: .s3, action: action, region: region, method: method, path: "/" + PercentEncoding.encode(bucket))
    }

    /// A call about an object.
    static func s3(_ action: String, _ method: HTTPMethod, _ place: ObjectPlace, region: String) -> Call {
        var call = s3(action, method, bucket: place.bucket, region: region)
        // A key is not a path: empty segments count.
        for segment in place.key.split(separator: "/", omittingEmptySubsequences: false) {
            call.path += "/" + PercentEncoding.encode(String(segment))
        }
        return call
    }

    /// The body, vouched for by its SHA-256 in a signed header: the service compares it, and so it is hashed once and not twice.
    mutating func carry(_ body: ByteBuffer) {
        headers.append((name: "x-amz-checksum-sha256", value: BlockDigest(of: body).base64))
        self.body = body
        bodyIsUnsigned = true
    }
}
