import Blocks
import Crypto
import Domain
import Metadata

/// What CompleteSnapshot is asked for.
package struct SnapshotCompletion: Sendable {
    package var snapshotID: String
    package var changedBlocksCount: Int64
    /// SHA-256 over the checksums of the blocks that were put, in the order of their indexes (`LINEAR`).
    package var checksum: [UInt8]?

    package init(snapshotID: String, changedBlocksCount: Int64, checksum: [UInt8]?) {
        self.snapshotID = snapshotID
        self.changedBlocksCount = changedBlocksCount
        self.checksum = checksum
    }
}

extension Uploads {
    private static let batchSize = 4096

    /// Seals an upload: it takes no more blocks, and the upload reconciler builds its block map. Returns the state that it is in now.
    package func complete(_ completion: SnapshotCompletion) async throws -> SnapshotState {
        let id = try Self.id(completion.snapshotID)
        let account = call.account
        let (snapshot, upload) = try await call.store.database.read { transaction in
            (try SnapshotTable(transaction).snapshot(id), try UploadTable(transaction).upload(id))
        }
        guard let snapshot, snapshot.owner == account else { throw Self.notFound(completion.snapshotID) }
        guard snapshot.state == .pending, let upload else {
            // A repeated call, after the answer was lost, is told how the first one went.
            guard snapshot.state == .completed else { throw Self.notOpen(id) }
            return snapshot.state
        }
        if upload.isSealed { return .pending }
        if let checksum = completion.checksum {
            let found = try await aggregatedChecksum(of: id, in: try await call.store.seal(of: snapshot))
            guard found == checksum else {
                // An earlier call, of which this is the repetition, may have gone through meanwhile: then the blocks that were read are no
                // longer all that there were.
                guard try await isOpen(id) else { return try await complete(completion) }
                throw Self.invalid("INVALID_BLOCK", "The checksum of the snapshot's blocks does not match x-amz-Checksum")
            }
        }
        try await call.store.database.write { transaction in
            let uploads = UploadTable(transaction)
            guard try uploads.upload(id)?.isSealed == false else { return }
            let count = try uploads.blockCount(of: id)
            guard count == completion.changedBlocksCount else {
                throw Self.invalid(
                    "INVALID_PARAMETER_VALUE",
                    "x-amz-ChangedBlocksCount is \(completion.changedBlocksCount), but \(count) blocks were written"
                )
            }
            try uploads.seal(id)
        }
        call.store.uploadsWakeup()
        return .pending
    }

    private func isOpen(_ id: SnapshotID) async throws -> Bool {
        try await call.store.database.read { try UploadTable($0).upload(id)?.isSealed == false }
    }

    private func aggregatedChecksum(of id: SnapshotID, in seal: SealDomain) async throws -> [UInt8] {
        var hash = SHA256()
        var index: Int64 = 0
        while true {
            let from = index
            let blocks = try await call.store.database.read {
                try UploadTable($0).blocks(of: id, from: from, limit: Self.batchSize)
            }
            for block in blocks { hash.update(data: (try seal.digest(of: block, in: id) ?? .zeroBlock).bytes) }
            guard blocks.count == Self.batchSize, let last = blocks.last else { return Array(hash.finalize()) }
            index = last.index + 1
        }
    }
}
