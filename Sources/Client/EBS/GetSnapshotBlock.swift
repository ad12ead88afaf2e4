import NIOCore
import NIOHTTP1

extension AWSClient {
    /// Reads a block and the digest that the server vouches for; the caller hashes the bytes where hashing may take its time.
    ///
    /// - Returns: exactly ``DiskBlock/size`` bytes.
    package func getSnapshotBlock(
        _ block: ListedBlock,
        of snapshotID: String,
        region: String
    ) async throws -> (bytes: ByteBuffer, claimed: BlockDigest) {
        var call = Call.ebs("GetSnapshotBlock", .GET, "/snapshots/\(snapshotID)/blocks/\(block.index)", region: region)
        call.query = [(name: "blockToken", value: block.token)]
        call.answerLimit = DiskBlock.size
        let answer = try await send(call)
        guard answer.body.readableBytes == DiskBlock.size else {
            throw UnexpectedAnswer(action: call.action, problem: "block \(block.index) has \(answer.body.readableBytes) bytes")
        }
        guard answer.headers.first(name: "x-amz-checksum-algorithm") == "SHA256",
            let claimed = answer.headers.first(name: "x-amz-checksum").flatMap(BlockDigest.init(base64:))
        else {
            throw UnexpectedAnswer(action: call.action, problem: "block \(block.index) has no SHA-256 checksum")
        }
        return (answer.body, claimed)
    }
}
