import Domain
import Foundation
import HTTPTypes
import NIOCore
import Services
import Wire

/// `GET /snapshots/{id}/blocks/{index}`: a block's bytes.
struct GetSnapshotBlock: RESTAction {
    static let permissions = [Permission<Self>("ebs:GetSnapshotBlock") { [$1.snapshot($0.snapshotID)] }]

    private let snapshotID: String
    private let blockIndex: Int64
    private let token: String

    init(from request: RESTRequest) throws {
        snapshotID = request.path[1]
        token = try request.parameter("blockToken")
        blockIndex = try request.blockIndex()
    }

    func run(in call: Call) async throws -> Reply {
        let content = try await BlockReads(call).get(snapshotID, blockIndex: blockIndex, token: token)
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
