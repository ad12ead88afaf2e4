import Domain
import Foundation
import HTTPTypes
import NIOCore
import Services
import Wire

extension EBSService {
    /// `GET /snapshots/{id}/blocks/{index}`: a block's bytes.
    static func getSnapshotBlock(_ request: EBSRequest, _ call: Call) async throws -> Reply {
        let token: String = try request.parameter("blockToken")
        try request.requireAllRead()
        let content = try await BlockReads(call).get(request.path[1], blockIndex: request.blockIndex(), token: token)
        return Reply(
            status: .ok,
            headers: [
                .contentType: "application/octet-stream",
                .dataLength: String(content.bytes.readableBytes),
                .checksum: Data(content.checksum).base64EncodedString(),
                .checksumAlgorithm: "SHA256",
            ],
            body: content.bytes
        )
    }
}
