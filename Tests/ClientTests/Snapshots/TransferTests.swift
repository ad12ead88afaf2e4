import Client
import Crypto
import Foundation
import NIOCore
import Synchronization
import Testing

@Suite struct TransferTests {
    private let block = Int64(DiskBlock.size)

    /// Writes a disk of `count` blocks of data with gaps between, not a whole number of blocks long.
    private func makeFixture(_ path: String, count: Int) throws {
        var data: [Int64: [UInt8]] = [:]
        for number in 0..<count { data[Int64(number) * 3 * block] = Array(StubEBS.block(UInt8(number)).readableBytesView.prefix(9_000)) }
        try makeDisk(path, length: Int64(count) * 3 * block + 4_321, data: data)
    }

    private func withPool<Value>(_ body: (FilePool) async throws -> Value) async throws -> Value {
        let pool = FilePool(threads: 2)
        let value = try await body(pool)
        try await pool.shutdown()
        return value
    }

    @Test func aDiskGoesUpAndComesDownTheSame() async throws {
        let ebs = StubEBS()
        try await withTemporaryFolder { folder in
            try makeFixture(folder + "/in", count: 20)
            try await withPool { pool in
                try await withStub(script: ebs.answer) { world in
                    let progress = Total()
                    let upload = SnapshotUpload(client: world.client, region: "us-east-1", snapshotID: "snap-1", pool: pool, window: 4)
                    ebs.add("snap-1", blocks: [:])
                    let disk = try DiskFile(opening: folder + "/in")
                    let summary = try await upload.run(disk) { progress.add($0) }
                    #expect(summary.blocks == 20)
                    #expect(progress.value == (try disk.dataBytes()))

                    let state = ebs.state.withLock { $0 }
                    #expect((2...4).contains(state.peak), "a window of 4, peak \(state.peak)")
                    let blocks = state.snapshots["snap-1"]?.blocks ?? [:]
                    let digests = blocks.sorted { $0.key < $1.key }.flatMap { Array(SHA256.hash(data: Array($0.value.readableBytesView))) }
                    #expect(state.aggregate == Data(SHA256.hash(data: digests)).base64EncodedString())

                    let sink = try SparseFile(creating: folder + "/out", replacing: false)
                    let reader = BlockReader(client: world.client, region: "us-east-1", snapshotID: "snap-1", pool: pool)
                    let received = try await SnapshotDownload(reader: reader, window: 4).run(into: sink) { _ in }
                    #expect(received.blocks == 20)
                    #expect(received.endOfData == 19 * 3 * block + 9_000)
                    try sink.finish(length: disk.length)
                    #expect(FileManager.default.contentsEqual(atPath: folder + "/in", andPath: folder + "/out"))
                }
            }
        }
    }

    /// As pull reads a damaged block again, push sends one again; what is damaged each time ends it.
    @Test(arguments: [2, 3]) func aBlockThatIsDamagedOnTheWayIsSentAgain(times: Int) async throws {
        let ebs = StubEBS()
        ebs.add("snap-1", blocks: [:])
        let damaged = Total()
        try await withTemporaryFolder { folder in
            try makeFixture(folder + "/in", count: 5)
            try await withPool { pool in
                let answer: @Sendable (StubRequest) async -> StubReply = { request in
                    var request = request
                    if request.method == "PUT", request.path.hasSuffix("/6"), damaged.value < times {
                        damaged.add(1)
                        request.body.setInteger(UInt8(7), at: request.body.readerIndex + 100)
                    }
                    return await ebs.answer(request)
                }
                try await withStub(script: answer) { world in
                    let upload = SnapshotUpload(client: world.client, region: "us-east-1", snapshotID: "snap-1", pool: pool, window: 2)
                    let disk = try DiskFile(opening: folder + "/in")
                    if times == 2 {
                        #expect(try await upload.run(disk) { _ in }.blocks == 5)
                        #expect(ebs.state.withLock { $0.snapshots["snap-1"]?.blocks[6] }?.readableBytes == DiskBlock.size)
                    } else {
                        let error = await #expect(throws: AWSError.self) { try await upload.run(disk) { _ in } }
                        #expect(error?.reason == "INVALID_BLOCK")
                    }
                }
            }
        }
        #expect(damaged.value == Int64(times))
    }

    @Test func anEmptyDiskIsACompletedSnapshotOfNothing() async throws {
        let ebs = StubEBS()
        ebs.add("snap-1", blocks: [:])
        try await withTemporaryFolder { folder in
            try makeDisk(folder + "/in", length: 0)
            try await withPool { pool in
                try await withStub(script: ebs.answer) { world in
                    let upload = SnapshotUpload(client: world.client, region: "us-east-1", snapshotID: "snap-1", pool: pool, window: 4)
                    let summary = try await upload.run(try DiskFile(opening: folder + "/in")) { _ in }
                    #expect(summary.blocks == 0)
                    #expect(world.server.requests.count == 1)
                    #expect(ebs.state.withLock { $0.aggregate } == nil)
                }
            }
        }
    }

    @Test func aFailedBlockEndsTheUpload() async throws {
        let script: StubServer.Script = { request in
            request.path.hasSuffix("/30")
                ? .json(#"{"Message":"no"}"#, status: 403, headers: [("x-amzn-ErrorType", "AccessDeniedException")])
                : .json("{}", status: 201)
        }
        try await withTemporaryFolder { folder in
            try makeFixture(folder + "/in", count: 20)
            try await withPool { pool in
                try await withStub(script: script) { world in
                    let upload = SnapshotUpload(client: world.client, region: "us-east-1", snapshotID: "snap-1", pool: pool, window: 4)
                    let disk = try DiskFile(opening: folder + "/in")
                    let error = await #expect(throws: AWSError.self) { try await upload.run(disk) { _ in } }
                    #expect(error?.code == "AccessDeniedException")
                    #expect(!world.server.requests.contains { $0.path.contains("completion") })
                }
            }
        }
    }

    @Test(arguments: [(1, true), (3, false)])
    func aBlockIsReadAgainWhenItDoesNotMatchItsChecksum(damages: Int, succeeds: Bool) async throws {
        let ebs = StubEBS()
        ebs.add("snap-1", blocks: [0: StubEBS.block(1), 5: StubEBS.block(2)])
        ebs.state.withLock { $0.damage[5] = damages }
        try await withTemporaryFolder { folder in
            try await withPool { pool in
                try await withStub(script: ebs.answer) { world in
                    let sink = try SparseFile(creating: folder + "/out", replacing: false)
                    let reader = BlockReader(client: world.client, region: "us-east-1", snapshotID: "snap-1", pool: pool)
                    let download = SnapshotDownload(reader: reader, window: 2)
                    if succeeds {
                        #expect(try await download.run(into: sink) { _ in }.blocks == 2)
                    } else {
                        let error = await #expect(throws: DamagedBlock.self) { try await download.run(into: sink) { _ in } }
                        #expect(error?.index == 5)
                    }
                    sink.discard()
                }
            }
        }
    }
}

/// A sum that several tasks add to.
final class Total: Sendable {
    private let sum = Mutex<Int64>(0)

    var value: Int64 { sum.withLock { $0 } }
    func add(_ bytes: Int64) { sum.withLock { $0 += bytes } }
}
