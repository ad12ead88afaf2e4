import Domain
import Foundation
import HTTPTypes
import NIOCore
import Services
import Wire

/// `PUT /snapshots/{id}/blocks/{index}`: takes a block. The answer means that it is on the disk.
struct PutSnapshotBlock: RESTAction {
    static let movesData = true
    static let permissions = [Permission<Self>("ebs:PutSnapshotBlock") { [$1.snapshot($0.put.snapshotID)] }]

    private let put: BlockPut
    private let checksum: [UInt8]

    init(from request: RESTRequest) throws {
        let length = try request.requiredInteger(.dataLength)
        guard length == Snapshot.blockBytes, request.body.readableBytes == Int(length) else {
            throw Fault(
                .validationException,
                "A block has \(Snapshot.blockBytes) bytes: x-amz-Data-Length says \(length), the body has \(request.body.readableBytes)",
                reason: "INVALID_BLOCK"
            )
        }
        guard let checksum = try request.checksum() else { throw RequestError.missing(HTTPField.Name.checksum.rawName) }
        guard request.text(.checksumAlgorithm) != nil else { throw RequestError.missing(HTTPField.Name.checksumAlgorithm.rawName) }
        let progress = try request.integer(.progress)
        if let progress, !(0...100).contains(progress) {
            throw RequestError.invalid(HTTPField.Name.progress.rawName, String(progress), "A percentage was expected")
        }
        self.checksum = checksum
        put = try BlockPut(
            snapshotID: request.path[1],
            blockIndex: request.blockIndex(),
            checksum: checksum,
            progressPercent: progress.map { min(99, Int($0)) },
            block: request.body
        )
    }

    func run(in call: Call) async throws -> Reply {
        try await Uploads(call).put(put)
        var reply = Reply.json(Array("{}".utf8), status: .created)
        reply.headers[.checksum] = Data(checksum).base64EncodedString()
        reply.headers[.checksumAlgorithm] = "SHA256"
        return reply
    }
}
