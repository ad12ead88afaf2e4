import Blocks
import Domain
import Foundation
import Metadata

/// What a Region's rows keep alive.
///
/// Rows move from one table to another while they are read, so each table is read before the one that its rows move to: uploads, copies and
/// what is made of volumes, then the volumes (of those that are open, what they stand over), then snapshots; parts of uploads, then objects, in the order in which they were made, since one may be made of another; then
/// what was released. What begins after the first read is kept alive by its writer.
struct CollectionRoots {
    private static let rowsPerRead = 1024

    let store: RegionStore
    /// All Regions of the deployment: copies from this one are rows of theirs.
    let regions: [RegionStore]
    /// The rows of Regions that are not served now: copies from this one may wait there.
    let absent: [Database]
    /// What was released after this date may still be read, by a copy that was asked for a moment ago.
    let releasedAfter: Date

    func mark(_ marker: CollectionMarker) async throws {
        try await markUploads(marker)
        try await markCopies(marker)
        try await markAbsentCopies(marker)
        try await markVolumes(marker)
        try await markSnapshots(marker)
        try await markParts(marker)
        try await markSegments(marker)
        let date = releasedAfter
        // As many as there can be in the time of the grace period; each is 32 bytes.
        for (root, domain) in try await store.database.read({ try ReleaseTable($0).roots(after: date, limit: .max) }) {
            if let root = Digest(bytes: root) { try await marker.mark(remainsOf: root, in: SealDomainID(domain)) }
        }
    }

    private func markUploads(_ marker: CollectionMarker) async throws {
        for (id, parentRoot, domain) in try await store.database.read({ try RootTable($0).uploads() }) {
            if let root = parentRoot.flatMap({ Digest(bytes: $0) }) { try await marker.mark(tree: root, in: domain, of: id) }
            var index: Int64? = 0
            while let from = index {
                let rows = try await store.database.read { transaction in
                    try UploadTable(transaction).blocks(of: id, from: from, limit: Self.rowsPerRead)
                }
                try await marker.mark(blocks: rows.compactMap { $0.address.flatMap { Digest(bytes: $0) } })
                index = rows.count == Self.rowsPerRead ? rows.last.map { $0.index + 1 } : nil
            }
        }
    }

    private func markCopies(_ marker: CollectionMarker) async throws {
        for other in regions {
            for copy in try await other.database.read({ try RootTable($0).copies() }) {
                guard let root = Digest(bytes: copy.root) else { continue }
                let origin = SealDomainID(copy.origin)
                if copy.source == store.region { try await marker.mark(remainsOf: root, in: origin) }
                if other.region == store.region, let source = regions.first(where: { $0.region == copy.source }) {
                    let destination = SealDomainID(copy.destination)
                    try await marker.mark(partOf: root, in: origin, of: source.blocks, into: destination)
                }
            }
        }
    }

    private func markAbsentCopies(_ marker: CollectionMarker) async throws {
        for rows in absent {
            for copy in try await rows.read({ try RootTable($0).copies() }) where copy.source == store.region {
                guard let root = Digest(bytes: copy.root) else { continue }
                try await marker.mark(remainsOf: root, in: SealDomainID(copy.origin))
            }
        }
    }

    private func markVolumes(_ marker: CollectionMarker) async throws {
        for (id, root, domain) in await store.disks.bases {
            do {
                try await marker.mark(tree: root, in: domain)
            } catch let error as StoreError where error.isLostContent {
                throw CollectionBlocked(holder: id.rawValue, cause: error)
            }
        }
        for (id, root, domain) in try await store.database.read({ try RootTable($0).volumeSnapshots() }) {
            if let root = Digest(bytes: root) { try await marker.mark(tree: root, in: domain, of: id) }
        }
        var last: VolumeID?
        while true {
            let after = last
            let rows = try await store.database.read { try RootTable($0).volumes(after: after, limit: Self.rowsPerRead) }
            for (id, root, domain) in rows {
                if let root = Digest(bytes: root) { try await marker.mark(tree: root, in: domain, of: id.rawValue) }
            }
            guard rows.count == Self.rowsPerRead else { return }
            last = rows.last?.id
        }
    }

    private func markSnapshots(_ marker: CollectionMarker) async throws {
        var last: SnapshotID?
        while true {
            let after = last
            let rows = try await store.database.read { try RootTable($0).snapshots(after: after, limit: Self.rowsPerRead) }
            for (id, root, domain) in rows {
                if let root = Digest(bytes: root) { try await marker.mark(tree: root, in: domain, of: id) }
            }
            guard rows.count == Self.rowsPerRead else { return }
            last = rows.last?.id
        }
    }

    private func markParts(_ marker: CollectionMarker) async throws {
        var (upload, number) = ("", Int64(0))
        while true {
            let (after, part) = (upload, number)
            let rows = try await store.database.read {
                try RootTable($0).parts(after: after, number: part, limit: Self.rowsPerRead)
            }
            for row in rows { try await marker.mark(row.root) }
            guard rows.count == Self.rowsPerRead, let last = rows.last else { return }
            (upload, number) = (last.upload, last.number)
        }
    }

    private func markSegments(_ marker: CollectionMarker) async throws {
        var (object, position) = (Int64(0), Int64(-1))
        while true {
            let (after, place) = (object, position)
            let rows = try await store.database.read {
                try RootTable($0).segments(after: after, position: place, limit: Self.rowsPerRead)
            }
            for row in rows { try await marker.mark(row.root) }
            guard rows.count == Self.rowsPerRead, let last = rows.last else { return }
            (object, position) = (last.object, last.position)
        }
    }
}

extension CollectionMarker {
    fileprivate func mark(tree root: Digest, in domain: DomainID?, of snapshot: SnapshotID) async throws {
        try await mark(tree: root, in: domain, of: snapshot.rawValue)
    }

    fileprivate func mark(_ stored: StoredRoot) async throws {
        guard let root = Digest(bytes: stored.root) else { return }
        try await mark(tree: root, in: stored.domain, of: "s3://\(stored.bucket)/\(stored.key)")
    }

    fileprivate func mark(tree root: Digest, in domain: DomainID?, of holder: String) async throws {
        do {
            try await mark(tree: root, in: SealDomainID(domain))
        } catch let error as StoreError where error.isLostContent {
            throw CollectionBlocked(holder: holder, cause: error)
        }
    }
}

/// The block map of a snapshot, a volume or an object cannot be read. What is under it is not known, so nothing is freed.
package struct CollectionBlocked: Error, CustomStringConvertible {
    package let holder: String
    package let cause: any Error

    package var description: String {
        "nothing is freed because the block map of \(holder) cannot be read: repair it or delete what needs it: \(cause)"
    }
}
