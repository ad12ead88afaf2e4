import NIOCore
import NIOHTTP1

extension AWSClient {
    /// Writes an object; once this returns, the service has those bytes and no others.
    ///
    /// Bytes that were changed on the way are sent again, up to twice: the checksum is that of the bytes here.
    ///
    /// - Parameter acl: a canned one, `aws-exec-read`.
    package func putObject(_ bytes: ByteBuffer, at place: ObjectPlace, type: String, acl: String? = nil, region: String) async throws {
        var call = Call.s3("PutObject", .PUT, place, region: region)
        call.headers = [(name: "content-type", value: type)]
        if let acl { call.headers.append((name: "x-amz-acl", value: acl)) }
        call.carry(bytes)
        for attempt in 1...3 {
            do {
                _ = try await send(call)
                return
            } catch let error as AWSError where error.code == "BadDigest" && attempt < 3 {
            }
        }
    }
}
