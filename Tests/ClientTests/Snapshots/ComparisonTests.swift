import Client
import NIOCore
import Synchronization
import Testing

@Suite struct ComparisonTests {
    private func withSnapshots<Value: Sendable>(
        _ ebs: StubEBS,
        _ body: (_ left: BlockReader, _ right: BlockReader) async throws -> Value
    ) async throws -> Value {
        let pool = FilePool(threads: 2)
        let value = try await withStub(script: ebs.answer) { world in
            func reader(_ id: String) -> BlockReader { BlockReader(client: world.client, region: "us-east-1", snapshotID: id, pool: pool) }
            return try await body(reader("snap-1"), reader("snap-2"))
        }
        try await pool.shutdown()
        return value
    }

    private func changed(_ bytes: ByteBuffer, at offset: Int) -> ByteBuffer {
        var bytes = bytes
        bytes.setInteger(UInt8(0), at: offset)
        return bytes
    }

    private func disk(_ indexes: Range<Int>) -> [Int: ByteBuffer] {
        Dictionary(uniqueKeysWithValues: indexes.map { ($0 * 2, StubEBS.block(UInt8($0))) })
    }

    @Test func equalDisksAreEqual() async throws {
        let ebs = StubEBS()
        ebs.add("snap-1", blocks: disk(0..<12))
        // A listed block of zeros is the same as none.
        ebs.add("snap-2", blocks: disk(0..<12).merging([99: ByteBuffer(repeating: 0, count: DiskBlock.size)]) { $1 })
        let summary = try await withSnapshots(ebs) {
            try await SnapshotComparison(of: SnapshotPair(left: $0, right: $1, window: 3)).run { _ in }
        }
        #expect(summary == SnapshotComparison.Summary(blocksCompared: 13))
    }

    @Test func theFirstOfSeveralDifferencesIsNamed() async throws {
        let ebs = StubEBS()
        let left = disk(0..<12)
        var right = left
        right[8] = changed(StubEBS.block(4), at: 4_099)
        right[10] = changed(StubEBS.block(5), at: 0)
        right[22] = nil
        ebs.add("snap-1", blocks: left)
        ebs.add("snap-2", blocks: right)
        for window in [1, 4, 32] {
            let first = try await withSnapshots(ebs) {
                try await SnapshotComparison(of: SnapshotPair(left: $0, right: $1, window: window)).run { _ in }
            }
            .first
            #expect(first?.blockIndex == 8, "window \(window)")
            #expect(first?.byteOffset == Int64(8 * DiskBlock.size + 4_099), "window \(window)")
        }
    }

    @Test func aBlockThatOneLacksCountsAsZeros() async throws {
        let ebs = StubEBS()
        var lonely = ByteBuffer(repeating: 0, count: DiskBlock.size)
        lonely.setInteger(UInt8(1), at: 70_001)
        ebs.add("snap-1", blocks: [:])
        ebs.add("snap-2", blocks: [7: lonely])
        let first = try await withSnapshots(ebs) {
            try await SnapshotComparison(of: SnapshotPair(left: $0, right: $1, window: 3)).run { _ in }
        }.first
        #expect(first?.byteOffset == Int64(7 * DiskBlock.size + 70_001))
    }

    @Test(arguments: [true, false])
    func whatMovesIsCountedTheSameBothWays(related: Bool) async throws {
        let ebs = StubEBS(related: related)
        var right = disk(0..<12)
        right[4] = changed(StubEBS.block(2), at: 5)
        right[22] = nil
        right[101] = StubEBS.block(200)
        ebs.add("snap-1", blocks: disk(0..<12))
        ebs.add("snap-2", blocks: right)
        let summary = try await withSnapshots(ebs) {
            try await SnapshotChange(in: SnapshotPair(left: $0, right: $1, window: 3)).run { _ in }
        }
        #expect(summary.method == (related ? .changedBlocks : .checksums))
        #expect((summary.changedBlocks, summary.droppedBlocks) == (2, 1))
        #expect(summary.changedBytes == Int64(2 * DiskBlock.size))
        let reads = ebs.state.withLock { $0.calls["GetSnapshotBlock"] ?? 0 }
        // Eleven blocks are in both, and each side's is read; blocks of one side alone are not.
        #expect(reads == (related ? 0 : 22))
    }
}
