import Blocks
import Domain
import Foundation
import Metadata

/// Writes into a database of its own who holds which frames of a Region. Reads maps and no blocks, each page once.
///
/// Memory holds a root, a page and a batch of rows. What changes meanwhile may be counted or not.
struct UsageCount {
    private static let rowsPerRead = 256

    let region: Region
    let rows: Database
    let maps: StoredMaps
    /// The Regions of the folder, from which copies come and into which they go.
    let others: [(region: Region, rows: Database, maps: StoredMaps)]
    let table: Database

    /// Returns how many maps could not be read.
    func fill() async throws -> Int {
        var unreadable = try await enterSnapshots()
        try await enterUploads()
        try await enterCopies()
        try await enterParts()
        unreadable += try await enterVolumes()
        unreadable += try await enterObjects()
        unreadable += try await enterBlocks()
        try await table.write {
            try UsageTable($0).settle(kinds: [.root, .page, .block].map { (kind: FrameKind) in Int64(kind.rawValue) })
        }
        return unreadable
    }

    private func enterSnapshots() async throws -> Int {
        var unreadable = 0
        var last: SnapshotID?
        while true {
            let after = last
            let found = try await rows.read { transaction in
                try RootTable(transaction).snapshots(after: after, limit: Self.rowsPerRead)
                    .map { (id: $0.id, root: $0.root, users: try ImageTable(transaction).users(of: $0.id)) }
            }
            for (id, root, users) in found {
                guard let root = Digest(bytes: root) else { continue }
                if let number = try await enter(root: root) {
                    try await table.write { try UsageTable($0).hold(number, by: id, image: users.count == 1 ? users.first : nil) }
                } else if try await rows.read({ try SnapshotTable($0).stored(id) }) != nil {
                    // Not one that was deleted meanwhile.
                    unreadable += 1
                }
            }
            guard found.count == Self.rowsPerRead else { return unreadable }
            last = found.last?.id
        }
    }

    private func enterVolumes() async throws -> Int {
        for (_, root, _) in try await rows.read({ try RootTable($0).volumeSnapshots() }) {
            if let root = Digest(bytes: root) { try await holdUnfinished(root: root) }
        }
        var unreadable = 0
        var last: VolumeID?
        while true {
            let after = last
            let found = try await rows.read { try RootTable($0).volumes(after: after, limit: Self.rowsPerRead) }
            for (id, root, _) in found {
                guard let root = Digest(bytes: root) else { continue }
                if let number = try await enter(root: root) {
                    try await table.write { try UsageTable($0).holdByVolume(number) }
                } else if try await rows.read({ try RootTable($0).hasVolume(id) }) {
                    unreadable += 1
                }
            }
            guard found.count == Self.rowsPerRead else { return unreadable }
            last = found.last?.id
        }
    }

    private func enterUploads() async throws {
        for (id, parentRoot, _) in try await rows.read({ try RootTable($0).uploads() }) {
            if let root = parentRoot.flatMap({ Digest(bytes: $0) }) { try await holdUnfinished(root: root) }
            var index: Int64? = 0
            while let from = index {
                let blocks = try await rows.read { transaction in
                    try UploadTable(transaction).blocks(of: id, from: from, limit: Self.rowsPerRead)
                }
                try await holdUnfinished(try await maps.frames(blocks.compactMap { $0.address.flatMap { Digest(bytes: $0) } }))
                index = blocks.count == Self.rowsPerRead ? blocks.last.map { $0.index + 1 } : nil
            }
        }
    }

    /// A copy keeps the tree that it reads, and of the tree that it writes the pages that have arrived.
    private func enterCopies() async throws {
        for other in others {
            for copy in try await other.rows.read({ try RootTable($0).copies() }) {
                guard let root = Digest(bytes: copy.root) else { continue }
                if copy.source == region { try await holdUnfinished(root: root) }
                guard other.region == region, let origin = others.first(where: { $0.region == copy.source }),
                    let pages = try await origin.maps.pages(of: root, copiedTo: maps, in: SealDomainID(copy.destination))
                else { continue }
                for batch in Self.batches(pages) { try await holdUnfinished(try await maps.frames(batch)) }
            }
        }
    }

    private func enterParts() async throws {
        var (upload, number) = ("", Int64(0))
        while true {
            let (after, part) = (upload, number)
            let found = try await rows.read { try RootTable($0).parts(after: after, number: part, limit: Self.rowsPerRead) }
            for part in found {
                if let root = Digest(bytes: part.root.root) { try await holdUnfinished(root: root) }
            }
            guard found.count == Self.rowsPerRead, let last = found.last else { return }
            (upload, number) = (last.upload, last.number)
        }
    }

    /// Returns how many of the maps cannot be read.
    private func enterObjects() async throws -> Int {
        var unreadable = 0
        var (object, position) = (Int64(0), Int64(-1))
        while true {
            let (after, place) = (object, position)
            let found = try await rows.read { try RootTable($0).segments(after: after, position: place, limit: Self.rowsPerRead) }
            for segment in found {
                guard let root = Digest(bytes: segment.root.root) else { continue }
                if let number = try await enter(root: root) {
                    try await table.write { try UsageTable($0).holdByObject(number) }
                } else {
                    unreadable += 1
                }
            }
            guard found.count == Self.rowsPerRead, let last = found.last else { return unreadable }
            (object, position) = (last.object, last.position)
        }
    }

    /// Enters what the pages list. Returns how many of them cannot be read.
    private func enterBlocks() async throws -> Int {
        var unreadable = 0
        var last: Int64 = 0
        let end = try await table.read { try UsageTable($0).lastFrame() }
        while true {
            let after = last
            let pages = try await table.read {
                try UsageTable($0).frames(kind: Int64(FrameKind.page.rawValue), after: after, upTo: end, limit: Self.rowsPerRead)
            }
            guard let next = pages.last?.number else { return unreadable }
            last = next
            for (number, address) in pages {
                guard let digest = Digest(bytes: address), let blocks = try await maps.blocks(of: digest) else {
                    unreadable += 1
                    continue
                }
                try await enter(try await maps.frames(Array(Set(blocks))), under: number)
            }
        }
    }

    // MARK: frames

    /// Enters a root with its pages and returns its number, `nil` when it cannot be read.
    private func enter(root: Digest) async throws -> Int64? {
        guard let location = try await maps.frames([root])[root], let pages = try await maps.pages(of: root) else { return nil }
        let number = try await table.write { try UsageTable($0).add(root, location) }
        for batch in Self.batches(pages) { try await enter(try await maps.frames(batch), under: number) }
        return number
    }

    private func enter(_ frames: [Digest: FrameLocation], under parent: Int64) async throws {
        try await table.write { transaction in
            let table = UsageTable(transaction)
            for (address, location) in frames { try table.link(parent, to: try table.add(address, location)) }
        }
    }

    private func holdUnfinished(root: Digest) async throws {
        guard let number = try await enter(root: root) else { return }
        try await table.write { try UsageTable($0).holdUnfinished(number) }
    }

    private func holdUnfinished(_ frames: [Digest: FrameLocation]) async throws {
        try await table.write { transaction in
            let table = UsageTable(transaction)
            for (address, location) in frames { try table.holdUnfinished(try table.add(address, location)) }
        }
    }

    private static func batches(_ digests: [Digest]) -> [[Digest]] {
        stride(from: 0, to: digests.count, by: 1024).map { Array(Set(digests[$0..<min($0 + 1024, digests.count)])) }
    }
}

extension UsageTable {
    fileprivate func add(_ address: Digest, _ location: FrameLocation) throws -> Int64 {
        try add(address.bytes, kind: Int64(location.kind.rawValue), bytes: Int64(location.frameLength))
    }
}
