import Blocks
import Domain
import Files
import Metadata
import NIOCore

/// What PutSnapshotBlock is asked for.
package struct BlockPut: Sendable {
    package var snapshotID: String
    package var blockIndex: Int64
    package var checksum: Digest
    package var progressPercent: Int?
    package var block: ByteBuffer

    package init(snapshotID: String, blockIndex: Int64, checksum: [UInt8], progressPercent: Int?, block: ByteBuffer) throws {
        guard let digest = Digest(bytes: checksum) else {
            throw Uploads.invalid("INVALID_PARAMETER_VALUE", "x-amz-Checksum must be a base64-encoded SHA-256 checksum of 32 bytes")
        }
        self.snapshotID = snapshotID
        self.blockIndex = blockIndex
        self.checksum = digest
        self.progressPercent = progressPercent
        self.block = block
    }
}

extension Uploads {
    /// Takes a block into a pending snapshot. When it returns, the block and the row that names it are on the disk.
    package func put(_ put: BlockPut) async throws {
        let id = try Self.id(put.snapshotID)
        let account = call.account
        guard put.block.readableBytes == BlockSize.bytes else {
            throw Self.invalid("INVALID_BLOCK", "A block has \(BlockSize.bytes) bytes, not \(put.block.readableBytes)")
        }
        let (snapshot, upload) = try await call.store.database.read { transaction in
            (try SnapshotTable(transaction).snapshot(id), try UploadTable(transaction).upload(id))
        }
        guard let snapshot, snapshot.owner == account else { throw Self.notFound(put.snapshotID) }
        guard snapshot.state == .pending, let upload, !upload.isSealed else { throw Self.notOpen(id) }
        guard (0..<snapshot.blockCount).contains(put.blockIndex) else {
            throw Self.invalid(
                "INVALID_BLOCK",
                "Block \(put.blockIndex) is outside of the volume of \(snapshot.sizeGiB) GiB: the last one is \(snapshot.blockCount - 1)"
            )
        }
        // The session lasts until the row is written: no collection takes the block before that.
        let seal = try await call.store.seal(of: snapshot)
        try await call.store.blocks.withWriter(in: seal) { writer in
            let isStored = try await store(put, with: writer)
            do {
                try await call.store.uploads.record(
                    UploadRecorder.Entry(
                        snapshotID: id,
                        blockIndex: put.blockIndex,
                        address: isStored ? seal.address(of: put.checksum).bytes : nil,
                        sealedDigest: isStored ? try seal.sealed(put.checksum, at: Self.place(of: put.blockIndex, in: id)) : nil,
                        progressPercent: put.progressPercent,
                        now: call.now
                    )
                )
            } catch is UploadRecorder.Refusal {
                throw Self.notOpen(id)
            }
        }
    }

    /// Stores a block and waits until it is durable. False for a block of zeros, which is never stored.
    private func store(_ put: BlockPut, with writer: StoreWriter) async throws -> Bool {
        do {
            if ByteScan.isZero(put.block.readableBytesUInt8Span.bytes) {
                guard put.checksum == Digest.zeroBlock else { throw Self.wrongChecksum(put) }
                return false
            }
            _ = try await writer.put(put.block, expecting: put.checksum)
            try await writer.flush()
            return true
        } catch let error as StoreError where error.code == .digestMismatch {
            throw Self.wrongChecksum(put)
        } catch let error as StoreError where error.isNoSpace {
            throw Fault(
                .serviceQuotaExceededException,
                "No space left on the device that holds \(call.region): block \(put.blockIndex) of \(put.snapshotID) was not stored",
                reason: "DEPENDENCY_SERVICE_QUOTA_EXCEEDED",
                cause: error
            )
        }
    }

    /// What the digest in a row is bound to.
    static func place(of index: Int64, in id: SnapshotID) -> String { "\(id)/\(index)" }

    private static func wrongChecksum(_ put: BlockPut) -> Fault {
        invalid("INVALID_BLOCK", "The checksum of block \(put.blockIndex) does not match its data")
    }

    static func notOpen(_ id: SnapshotID) -> Fault {
        invalid("INVALID_SNAPSHOT_ID", "The snapshot '\(id)' takes no more blocks: it is not a pending snapshot that StartSnapshot made")
    }
}
