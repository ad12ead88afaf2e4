import NIOCore
import NIOHTTP1

extension AWSClient {
    /// Writes a block; once this returns, the server has it for good.
    package func putSnapshotBlock(_ block: DiskBlock, into snapshotID: String, region: String) async throws {
        var call = Call.ebs("PutSnapshotBlock", .PUT, "/snapshots/\(snapshotID)/blocks/\(block.index)", region: region)
        call.headers = [
            (name: "content-type", value: "application/octet-stream"),
            (name: "x-amz-data-length", value: "\(block.bytes.readableBytes)"),
            (name: "x-amz-checksum", value: block.digest.base64),
            (name: "x-amz-checksum-algorithm", value: "SHA256"),
        ]
        call.body = block.bytes
        call.bodyIsUnsigned = true
        _ = try await send(call)
    }
}
