import Blocks
import Domain
import Foundation
import Metadata
import Transfer

extension Objects {
    /// Brings an object of a Region, this one or another, here as copies bring snapshots: its blocks pass from store to store without being
    /// hashed, over the link and in its turn, and what is here already does not move. It stays what it was: tag, checksum, bytes.
    ///
    /// - Parameters:
    ///   - put: what it becomes here, its encryption included.
    ///   - report: called with the bytes that have arrived, counted in blocks.
    func fetch(
        _ object: StoredObject,
        from source: RegionStore,
        to put: ObjectPut,
        over flow: LinkFlow,
        space: SpaceLedger,
        report: @escaping @Sendable (Int64) async throws -> Void
    ) async throws -> StoredObject {
        let bucket = try await Buckets(call).require(put.bucket)
        let key = try Self.key(put.key)
        let encryption = try await encryption(put.encryption, of: key, in: bucket)
        let (store, seal) = (call.store, try await call.store.seal(encryption?.domain))
        let origin = PacedSource(StoreSource(source.blocks, in: try await source.seal(object.encryption?.domain)), over: flow)
        // Lasts until the row is there: no collection takes one segment while another is being brought.
        let session = store.blocks.writer(in: seal, isHandedOver: true)
        defer { session.end() }
        var segments: [StoredObject.Segment] = []
        var arrived: Int64 = 0
        for segment in object.segments {
            guard let root = Digest(bytes: segment.root) else { throw StoreError(.damaged, "the root of an object is no address") }
            let (place, before) = (CommittedPlace(), arrived)
            _ = try await CopyEngine().copy(root, from: origin, into: store.blocks, in: seal, space: space) { progress in
                try await report(before + progress.bytesDone)
            } commit: { _, address in
                place.set(address)
            }
            segments.append(StoredObject.Segment(root: place.require().bytes, bytes: segment.bytes, checksum: segment.checksum))
            arrived += segment.bytes
        }
        let brought = StoredObject(
            bucket: bucket.name,
            key: key,
            version: Self.newVersion(of: key, in: bucket),
            modifiedAt: call.now,
            segments: segments,
            etag: object.etag,
            checksum: object.checksum,
            attributes: put.attributes,
            encryption: encryption
        )
        try await save(brought, put.condition)
        return brought
    }

    /// Removes all versions of all objects below a prefix. A bucket that is gone has none.
    func removeAll(below prefix: String, in bucket: BucketName) async throws {
        let now = call.now
        let (start, end) = (Array(prefix.utf8), Self.successor(of: Array(prefix.utf8)))
        var hasMore = true
        while hasMore {
            hasMore = try await call.store.database.write { transaction in
                let table = ObjectTable(transaction)
                let rows = try table.versions(in: bucket, from: start, below: nil, before: end, limit: 1_000)
                for row in rows {
                    try Self.release(try table.object(row).segments, row.encryption, at: now, in: transaction)
                    try table.remove(row)
                }
                return !rows.isEmpty
            }
        }
    }
}
