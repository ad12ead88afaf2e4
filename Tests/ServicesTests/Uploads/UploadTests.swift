import Blocks
import Domain
import NIOCore
import Services
import TestSupport
import Testing

@Suite struct UploadTests {
    @Test func whatWasPutIsRead() async throws {
        try await World.run { world in
            try await world.reconciling {
                let blocks: [Int64: UInt64] = [0: 1, 1: 2, 1023: 1, 1024: 3, 2047: 4]
                let id = try await world.snapshot(blocks)
                let snapshot = try await world.snapshots(World.home).snapshot(id.rawValue)
                #expect(snapshot.progressPercent == 100)
                #expect(snapshot.dataBytes == Int64(5 * BlockSize.bytes))
                #expect(snapshot.lineage == id)
                try await world.expect(id, in: World.home, holds: blocks)
                // Complete can be repeated when its answer was lost.
                #expect(try await world.complete(id, blocks: 5) == .completed)
            }
        }
    }

    /// A client that gives up waiting asks again while the first call is still under way: all are told that it went well.
    @Test func completionsAtOnceAllGoWell() async throws {
        try await World.run { world in
            try await world.reconciling {
                for _ in 0..<20 {
                    let id = try await world.start().id
                    for index: Int64 in 0..<3 { try await world.put(UInt64(index) + 1, at: index, into: id) }
                    let digests = (1...3).flatMap { TestBlock.digest(content(UInt64($0))).bytes }
                    let checksum = Digest(sha256: digests).bytes
                    let answers = await together(6) { _ in try await world.complete(id, blocks: 3, checksum: checksum) }
                    for answer in answers { #expect([.pending, .completed].contains(try answer.get())) }
                }
            }
        }
    }

    @Test func aDiskOfZerosIsEmpty() async throws {
        try await World.run { world in
            try await world.reconciling {
                try await world.expect(try await world.snapshot([:]), in: World.home, holds: [:])
                let zeros = try await world.snapshot([0: 0, 5: 0])
                try await world.expect(zeros, in: World.home, holds: [:])
                #expect(try await world.snapshots(World.home).snapshot(zeros.rawValue).dataBytes == 0)
            }
        }
    }

    @Test func theLastPutOfABlockWins() async throws {
        try await World.run { world in
            try await world.reconciling {
                let id = try await world.start().id
                for number: UInt64 in [1, 2, 0, 3] { try await world.put(number, at: 7, into: id) }
                for number: UInt64 in [1, 0] { try await world.put(number, at: 8, into: id) }
                try await world.complete(id, blocks: 2)
                try await until("it is completed") { try await world.state(of: id) == .completed }
                try await world.expect(id, in: World.home, holds: [7: 3])
            }
        }
    }

    /// Laid over a parent, over several pages: replaced, added, zeroed, and pages that vanish.
    @Test(arguments: seeds(4))
    func aChildLiesOverItsParent(seed: UInt64) async throws {
        try await World.run { world in
            try await world.reconciling {
                var generator = SeededGenerator(seed: seed)
                var disk: [Int64: UInt64] = [:]
                for _ in 0..<12 { disk[Int64.random(in: 0..<2048, using: &generator)] = UInt64.random(in: 1...6, using: &generator) }
                // A page of its own, which the child empties.
                disk[3000] = 9
                disk[3001] = 9
                var parent = try await world.snapshot(disk, sizeGiB: 2)
                let first = parent
                for round in 0..<3 {
                    var changes: [Int64: UInt64] = round == 0 ? [3000: 0, 3001: 0] : [:]
                    for index in disk.keys.sorted().shuffled(using: &generator).prefix(3) {
                        changes[index] = UInt64.random(in: 0...6, using: &generator)
                    }
                    for _ in 0..<4 {
                        changes[Int64.random(in: 0..<4096, using: &generator)] = UInt64.random(in: 0...6, using: &generator)
                    }
                    let size = 2 + round
                    parent = try await world.snapshot(changes, sizeGiB: size, parent: parent)
                    disk = disk.merging(changes) { $1 }.filter { $0.value != 0 }
                    try await world.expect(parent, in: World.home, holds: disk)
                    let snapshot = try await world.snapshots(World.home).snapshot(parent.rawValue)
                    #expect(snapshot.lineage == first)
                    #expect(snapshot.dataBytes == Int64(disk.count * BlockSize.bytes))
                    #expect(snapshot.sizeGiB == size)
                }
            }
        }
    }

    @Test func whatIsNotABlockOfTheDiskIsRefused() async throws {
        try await World.run { world in
            let id = try await world.start().id
            func put(
                at index: Int64 = 0,
                into text: String? = nil,
                checksum: Digest,
                _ block: ByteBuffer,
                by account: AccountID = World.account
            ) async throws {
                try await Uploads(world.call(World.home, by: account)).put(
                    BlockPut(
                        snapshotID: text ?? id.rawValue,
                        blockIndex: index,
                        checksum: checksum.bytes,
                        progressPercent: nil,
                        block: block
                    )
                )
            }
            let (block, zeros) = (content(1), content(0))
            let checksum = TestBlock.digest(block)
            await expectFault(.validationException, reason: "INVALID_BLOCK") { try await put(checksum: .zeroBlock, block) }
            await expectFault(.validationException, reason: "INVALID_BLOCK") { try await put(checksum: checksum, zeros) }
            await expectFault(.validationException, reason: "INVALID_BLOCK") { try await put(at: 2048, checksum: checksum, block) }
            await expectFault(.validationException, reason: "INVALID_BLOCK") { try await put(at: -1, checksum: checksum, block) }
            await expectFault(.validationException, reason: "INVALID_BLOCK") {
                try await put(checksum: checksum, ByteBuffer(repeating: 1, count: BlockSize.bytes - 1))
            }
            await expectFault(.validationException, reason: "INVALID_SNAPSHOT_ID") {
                try await put(into: "snap", checksum: checksum, block)
            }
            await expectFault(.resourceNotFoundException) { try await put(into: "snap-0ffffffffffffffff", checksum: checksum, block) }
            await expectFault(.resourceNotFoundException) { try await put(checksum: checksum, block, by: known("999999999999")) }
            await expectFault(.validationException, reason: "INVALID_PARAMETER_VALUE") {
                _ = try BlockPut(snapshotID: id.rawValue, blockIndex: 0, checksum: [1], progressPercent: nil, block: block)
            }
            // Nothing of all that was written down.
            await expectFault(.validationException) { try await world.complete(id, blocks: 1) }
            try await world.put(1, at: 2047, into: id)
            await expectFault(.validationException) { try await world.complete(id, blocks: 0) }
            await expectFault(.validationException, reason: "INVALID_BLOCK") {
                try await world.complete(id, blocks: 1, checksum: [UInt8](repeating: 0, count: 32))
            }
            #expect(try await world.complete(id, blocks: 1, checksum: Digest(sha256: checksum.bytes).bytes) == .pending)
            // Sealed, it takes no more, and may be sealed again.
            await expectFault(.validationException, reason: "INVALID_SNAPSHOT_ID") { try await world.put(2, at: 0, into: id) }
            #expect(try await world.complete(id, blocks: 1) == .pending)
            try await world.reconciling {
                try await until("it is completed") { try await world.state(of: id) == .completed }
            }
            try await world.expect(id, in: World.home, holds: [2047: 1])
            await expectFault(.validationException, reason: "INVALID_SNAPSHOT_ID") { try await world.put(2, at: 0, into: id) }
        }
    }

    /// The checksum of all checksums covers zeros too, in the order of the disk.
    @Test func theAggregatedChecksum() async throws {
        try await World.run { world in
            let id = try await world.start().id
            let blocks: [Int64: UInt64] = [3: 1, 9: 0, 100: 2, 2000: 1]
            for (index, number) in blocks { try await world.put(number, at: index, into: id) }
            let all = blocks.sorted { $0.key < $1.key }.flatMap { TestBlock.digest(content($0.value)).bytes }
            #expect(try await world.complete(id, blocks: 4, checksum: Digest(sha256: all).bytes) == .pending)
        }
    }

    @Test func whatCannotBeStartedIsRefused() async throws {
        try await World.run { world in
            let pending = try await world.start().id
            await expectFault(.validationException, reason: "INVALID_VOLUME_SIZE") { _ = try await world.start(sizeGiB: 0) }
            await expectFault(.validationException, reason: "INVALID_VOLUME_SIZE") { _ = try await world.start(sizeGiB: 65_537) }
            await expectFault(.validationException) { _ = try await world.start(timeoutMinutes: 9) }
            await expectFault(.validationException, reason: "INVALID_SNAPSHOT_ID") { _ = try await world.start(parent: pending) }
            await expectFault(.resourceNotFoundException) { _ = try await world.start(parent: known("snap-0ffffffffffffffff")) }
            try await world.reconciling {
                let parent = try await world.snapshot([0: 1], sizeGiB: 2)
                await expectFault(.validationException, reason: "INVALID_VOLUME_SIZE") {
                    _ = try await world.start(sizeGiB: 1, parent: parent)
                }
            }
        }
    }
}
