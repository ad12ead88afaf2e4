import NIOHTTP1

extension AWSClient {
    /// Seals a snapshot; the server makes it `completed` some time later.
    ///
    /// - Parameters:
    ///   - changedBlocks: how many blocks were put.
    ///   - aggregate: the digest of the blocks' digests in the order of their indexes; absent when no block was put.
    package func completeSnapshot(_ id: String, changedBlocks: Int, aggregate: BlockDigest?, region: String) async throws {
        var call = Call.ebs("CompleteSnapshot", .POST, "/snapshots/completion/\(id)", region: region)
        call.headers = [(name: "x-amz-changedblockscount", value: "\(changedBlocks)")]
        if let aggregate {
            call.headers += [
                (name: "x-amz-checksum", value: aggregate.base64),
                (name: "x-amz-checksum-algorithm", value: "SHA256"),
                (name: "x-amz-checksum-aggregation-method", value: "LINEAR"),
            ]
        }
        _ = try await send(call)
    }
}
