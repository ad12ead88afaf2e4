import Domain
import Foundation
import Services
import Wire

/// Lists the blocks that a pending snapshot has taken, with what they hash to: who was interrupted sends the others alone. AWS has no such action
/// (docs/behaviour/ebs-direct.md, "Going on").
struct ListUploadedBlocks: JSONAction {
    /// The second since what a block hashes to tells what it holds.
    static let permissions = [
        Permission<Self>("ebs:ListSnapshotBlocks") { [$1.snapshot($0.snapshotID)] },
        Permission<Self>("ebs:GetSnapshotBlock") { [$1.snapshot($0.snapshotID)] },
    ]

    private let snapshotID: String
    private let start: Int64

    init(from json: JSONReader) throws {
        snapshotID = try json["SnapshotId"]
        start = try json["StartingBlockIndex"] ?? 0
    }

    func run(in call: Call) async throws -> Answer {
        let (blocks, next) = try await Uploads(call).blocks(of: snapshotID, from: start)
        return Answer(blocks: blocks, next: next)
    }

    struct Answer: JSONEncodable {
        let blocks: [UploadedBlock]
        let next: Int64?

        func write(to json: inout JSONWriter) {
            json.list("Blocks", blocks) { json, block in
                json.member("BlockIndex", block.index)
                json.member("Checksum", Data(block.checksum).base64EncodedString())
            }
            json.member("NextBlockIndex", next)
        }
    }
}
