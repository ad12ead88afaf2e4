import Blocks
import Glibc
import TestSupport
import Testing

/// What the tests of the store rely on: the disk fails as real ones do, and counts what it did.
struct FaultyDiskTests {
    private func write(_ bytes: [UInt8], at offset: UInt64, to file: any PackFileHandle) throws -> Int {
        try bytes.withUnsafeBytes { try file.write($0, at: offset) }
    }

    private func size(_ name: String, on disk: FaultyDisk) throws -> UInt64 { try disk.open(name).size() }

    @Test(arguments: seeds(20)) func aPowerCutKeepsWhatWasSynced(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let disk = FaultyDisk()
        let file = try disk.create("a")
        try disk.syncFolder()
        let first = generator.bytes(10_000)
        #expect(try write(first, at: 0, to: file) == 10_000)
        try file.sync()
        let second = generator.bytes(30_000)
        #expect(try write(second, at: 10_000, to: file) == 30_000)
        disk.powerCut(using: &generator)
        let left = disk.contents("a")
        #expect(left.starts(with: first))
        // Of each sector of the rest either all came or nothing.
        for start in stride(from: 12_288, to: left.count, by: 4096) {
            let sector = left[start..<min(start + 4096, left.count)]
            let wanted = second[(start - 10_000)..<(start - 10_000 + sector.count)]
            #expect(sector.elementsEqual(wanted) || sector.allSatisfy { $0 == 0 })
        }
    }

    /// Over many seeds both ends occur: of a name, of a removal, of a write.
    @Test func whatWasNotSyncedMayGoEitherWay() throws {
        var outcomes: Set<String> = []
        let tally = FaultTally()
        for seed in 0..<60 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let disk = FaultyDisk(tally: tally)
            let old = try disk.create("old")
            try disk.syncFolder()
            #expect(try write(generator.bytes(16_384), at: 0, to: old) == 16_384)
            _ = try disk.create("new")
            _ = try disk.create("unwanted")
            try disk.syncFolder()
            _ = try disk.create("newest")
            try disk.remove("unwanted")
            disk.powerCut(using: &generator)
            outcomes.insert(disk.names.contains("newest") ? "name kept" : "name lost")
            outcomes.insert(disk.names.contains("unwanted") ? "file back" : "file gone")
            outcomes.insert("\(disk.contents("old").count == 16_384 ? "whole" : "short")")
            #expect(disk.names.contains("old") && disk.names.contains("new"))
        }
        #expect(outcomes == ["name kept", "name lost", "file back", "file gone", "whole", "short"])
        for kind in [InjectedFault.powerCut, .lostName, .returnedFile, .lostWrite, .tornWrite] { #expect(tally.count(of: kind) > 0) }
    }

    @Test func aRemovalThatWasSyncedIsForGood() throws {
        for seed in 0..<10 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let disk = FaultyDisk()
            _ = try disk.create("a")
            try disk.syncFolder()
            try disk.remove("a")
            try disk.syncFolder()
            disk.powerCut(using: &generator)
            #expect(disk.names.isEmpty)
        }
    }

    @Test func aDeadProcessDoesNothingMore() throws {
        let disk = FaultyDisk()
        let mount = disk.mount()
        let file = try mount.create("a")
        #expect(try write([1, 2, 3], at: 0, to: file) == 3)
        disk.kill()
        #expect(!mount.isAlive)
        #expect(throws: IOFailure.self) { try write([4], at: 3, to: file) }
        #expect(throws: IOFailure.self) { try file.sync() }
        #expect(throws: IOFailure.self) { _ = try mount.create("b") }
        // A kill loses nothing that was written.
        #expect(try disk.mount().open("a").size() == 3)
        #expect(disk.names == ["a"])
    }

    @Test func aFullDiskTakesWhatFitsAndThenNothing() throws {
        let disk = FaultyDisk()
        disk.setCapacity(1_000)
        let file = try disk.create("a")
        #expect(try disk.freeBytes() == 1_000)
        #expect(try write([UInt8](repeating: 1, count: 700), at: 0, to: file) == 700)
        #expect(try write([UInt8](repeating: 2, count: 700), at: 700, to: file) == 300)
        #expect(throws: IOFailure(call: "write", path: "a", errno: ENOSPC)) { try write([3], at: 1_000, to: file) }
        #expect(try write([4], at: 0, to: file) == 1)
        disk.setCapacity(2_000)
        #expect(try write([3], at: 1_000, to: file) == 1)
        disk.setCapacity(nil)
        #expect(try disk.freeBytes() == .max)
        #expect(disk.tally.count(of: .fullDisk) == 1)
    }

    /// The same seed fails the same calls; all kinds occur; and a full disk has space again later.
    @Test(arguments: seeds(5)) func aPlanIsDecidedByItsSeed(seed: UInt64) {
        func outcomes() -> [String] {
            let plan = DiskFaults.failing(oneIn: 10).plan(seed: seed)
            return (1...2_000).flatMap { ordinal in
                [FaultyDisk.Call.read, .write, .sync, .syncFolder, .create].map { call in
                    let event = FaultyDisk.Event(call: call, name: "a", ordinal: ordinal, offset: 0, count: 100)
                    return "\(call) \(plan(event).map { "\($0)" } ?? "well")"
                }
            }
        }
        let first = outcomes()
        #expect(first == outcomes())
        let kinds = Set(first)
        for expected in [
            "read error(\(EIO))", "write error(\(ENOSPC))", "write error(\(EIO))", "sync error(\(EIO))", "write error(\(EINTR))",
        ] {
            #expect(kinds.contains(expected), "\(expected)")
        }
        #expect(first.last { $0.hasPrefix("write") } != nil)
        #expect(kinds.contains("write well") && kinds.contains("sync well"))
    }

    @Test func aSlowCallEndsThoughNobodyElseCalls() throws {
        let disk = FaultyDisk()
        disk.setFaults { _ in .slow(others: 1_000_000) }
        let file = try disk.create("a")
        #expect(try write([1], at: 0, to: file) == 1)
        try file.sync()
        #expect(disk.tally.count(of: .slowCall) == 3)
    }
}
