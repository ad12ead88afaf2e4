import Blocks
import Domain
import NIOCore
import Services
import TestSupport
import Testing

/// The content of a block: zeros for 0.
func content(_ number: UInt64) -> ByteBuffer {
    number == 0 ? ByteBuffer(repeating: 0, count: BlockSize.bytes) : TestBlock.compressible(number)
}

extension World {
    func start(
        in region: Region = World.home,
        sizeGiB: Int = 1,
        parent: SnapshotID? = nil,
        timeoutMinutes: Int = 60,
        encryption: EncryptionRequest = EncryptionRequest(),
        token: ClientToken? = nil
    ) async throws -> Snapshot {
        try await uploads(region).start(
            SnapshotStart(
                sizeGiB: sizeGiB,
                parentID: parent?.rawValue,
                description: "",
                timeoutMinutes: timeoutMinutes,
                tags: [],
                encryption: encryption,
                clientToken: token
            )
        )
    }

    func put(_ number: UInt64, at index: Int64, into id: SnapshotID, in region: Region = World.home) async throws {
        let block = content(number)
        try await uploads(region).put(
            BlockPut(
                snapshotID: id.rawValue,
                blockIndex: index,
                checksum: TestBlock.digest(block).bytes,
                progressPercent: nil,
                block: block
            )
        )
    }

    @discardableResult
    func complete(_ id: SnapshotID, blocks: Int, checksum: [UInt8]? = nil, in region: Region = World.home) async throws -> SnapshotState {
        try await uploads(region).complete(
            SnapshotCompletion(snapshotID: id.rawValue, changedBlocksCount: Int64(blocks), checksum: checksum)
        )
    }

    /// Uploads a disk and waits until its snapshot is completed; the reconcilers must run.
    func snapshot(
        _ blocks: [Int64: UInt64],
        in region: Region = World.home,
        sizeGiB: Int = 1,
        parent: SnapshotID? = nil,
        encryption: EncryptionRequest = EncryptionRequest()
    ) async throws -> SnapshotID {
        let id = try await start(in: region, sizeGiB: sizeGiB, parent: parent, encryption: encryption).id
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, number) in blocks { group.addTask { try await put(number, at: index, into: id, in: region) } }
            try await group.waitForAll()
        }
        try await complete(id, blocks: blocks.count, in: region)
        try await until("\(id) is completed") { try await state(of: id, in: region) == .completed }
        return id
    }

    func state(of id: SnapshotID, in region: Region = World.home) async throws -> SnapshotState {
        try await snapshots(region).snapshot(id.rawValue).state
    }

    /// Checks that a snapshot reads back as these blocks and no others.
    func expect(_ id: SnapshotID, in region: Region, holds blocks: [Int64: UInt64], sourceLocation: SourceLocation = #_sourceLocation)
        async throws
    {
        let reads = reads(region)
        let page = try await reads.list(
            id.rawValue,
            page: BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
        )
        #expect(page.blocks.map(\.index) == blocks.keys.sorted(), sourceLocation: sourceLocation)
        for block in page.blocks {
            let read = try await reads.get(id.rawValue, blockIndex: block.index, token: block.token)
            #expect(read.bytes == content(blocks[block.index] ?? 0), "block \(block.index)", sourceLocation: sourceLocation)
        }
    }
}

extension Snapshots {
    /// A snapshot that the caller sees.
    func snapshot(_ id: String) async throws -> Snapshot {
        var query = SnapshotQuery()
        query.ids = [id]
        return try #require(try await describe(query).elements.first)
    }
}
