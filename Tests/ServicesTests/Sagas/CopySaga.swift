import Blocks
import Domain
import Metadata
import Services
import Synchronization
import TestSupport
import Testing

/// CopyImage of an image with one disk, with a client token, until the image is available.
final class CopySaga: Saga {
    private static let blocks: [Int64: UInt64] = [0: 1, 5: 2]
    private let source: ImageID
    private let copy = Mutex<Set<ImageID>>([])

    static func prepare(_ world: World) async throws -> ImageID {
        try await world.register("web", over: [try await world.snapshot(blocks)])
    }

    init(_ source: ImageID) { self.source = source }

    func run(in process: World, _ world: SagaWorld) async throws {
        let token = ClientToken(text: "a token", fingerprint: [1])
        let isAnswered = try await world.insist {
            let id = try await process.images(World.away).copy(.of(source, name: "copy", token: token))
            copy.withLock { _ = $0.insert(id) }
        }
        guard isAnswered else { return }
        try await world.untilEnded("copies", of: process.store(World.away)) {
            try await process.listing(of: World.away).allSatisfy { $0.state != .pending }
        }
    }

    func differences(in process: World) async throws -> [String] {
        var found: [String] = []
        let images = try await process.listing(of: World.away)
        // Every repetition of the call was told the same id.
        if Set(images.map(\.id)) != copy.withLock({ $0 }) || images.count != 1 { found.append("images \(images.map(\.id))") }
        for image in images {
            if image.state != .available { found.append("\(image.state): \(image.stateReason?.message ?? "")") }
            for snapshot in image.snapshotIDs {
                found += try await process.call(World.away).differences(of: snapshot, to: Self.blocks)
                let copy = try await process.store(World.away).database.read { try CopyTable($0).copy(of: snapshot) }
                if copy?.state != .completed { found.append("the row of the copy is \(String(describing: copy?.state))") }
            }
        }
        return found
    }
}

extension Call {
    /// How a snapshot differs from these blocks, in words.
    func differences(of id: SnapshotID, to blocks: [Int64: UInt64]) async throws -> [String] {
        let snapshot = try await Snapshots(self).snapshot(id.rawValue)
        guard snapshot.state == .completed else { return ["\(id) is \(snapshot.state): \(snapshot.statusMessage ?? "")"] }
        let reads = BlockReads(self)
        let request = BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
        let listed = try await reads.list(id.rawValue, page: request).blocks
        guard listed.map(\.index) == blocks.keys.sorted() else { return ["\(id) has the blocks \(listed.map(\.index))"] }
        var found: [String] = []
        for block in listed {
            let bytes = try await reads.get(id.rawValue, blockIndex: block.index, token: block.token).bytes
            if bytes != content(blocks[block.index] ?? 0) { found.append("block \(block.index) of \(id) differs") }
        }
        return found
    }
}
