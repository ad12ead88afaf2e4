import Blocks
import NIOCore
import TestSupport
import Testing

struct GroupCommitTests {
    @Test func aFlushDuringARoundWaitsForTheNext() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let first = store.writer()
            try await first.put(TestBlock.compressible(1))
            let gate = Gate()
            fixture.disk.setFaults { event in
                if event.call == .sync, event.ordinal == 2 { gate.pass() }
                return nil
            }
            async let flushed: Void = first.flush()
            await gate.waitForArrival()
            // The first round is inside fdatasync. What is written from now on needs a second round, and one for all of it.
            let writers = (0..<20).map { _ in store.writer() }
            for (number, writer) in writers.enumerated() { try await writer.put(TestBlock.compressible(UInt64(100 + number))) }
            let flushes = Task {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for writer in writers { group.addTask { try await writer.flush() } }
                    try await group.waitForAll()
                }
            }
            #expect(fixture.index.all.isEmpty)
            gate.open()
            try await flushed
            try await flushes.value
            #expect(fixture.index.all.count == 21)
            #expect(fixture.disk.count(of: .sync) <= 4, "twenty flushes did not share: \(fixture.disk.count(of: .sync)) syncs")
        }
    }

    @Test func aFlushWaitsForWritesBeforeIt() async throws {
        try await StoreFixture.run(threads: 2) { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            try await writer.put(TestBlock.compressible(1))
            let slow = Gate()
            fixture.disk.setFaults { event in
                if event.call == .write, event.ordinal == 3 { slow.pass() }
                return nil
            }
            // A write of another writer that hangs on one of the two threads, with a place before the next block's.
            let other = store.writer()
            let hanging = Task { try await other.put(TestBlock.compressible(2)) }
            await slow.waitForArrival()
            let digest = try await writer.put(TestBlock.compressible(3))
            #expect(try await store.read(digest) == TestBlock.compressible(3))
            // Runs until it waits. Had it anything to do on the pool already, that would be done before what is asked for next.
            let flush = Task.immediate { try await writer.flush() }
            try await fixture.pool.run {}
            #expect(fixture.index.all.isEmpty, "committed over a write in flight")
            slow.open()
            try await flush.value
            #expect(fixture.index.all.count == 3)
            #expect(try await store.contains([hanging.value]).count == 1)
            try await other.flush()
            #expect(fixture.disk.count(of: .sync) == 2, "the other writer's block was in the round")
        }
    }

    @Test func aCancelledLeaderDoesNotFailTheOthers() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            try await writer.put(TestBlock.compressible(1))
            let gate = Gate()
            fixture.disk.setFaults { event in
                if event.call == .sync { gate.pass() }
                return nil
            }
            let leader = Task { try await writer.flush() }
            await gate.waitForArrival()
            let follower = Task { try await writer.flush() }
            leader.cancel()
            gate.open()
            try await follower.value
            #expect(fixture.index.all.count == 1)
            _ = await leader.result
        }
    }
}
