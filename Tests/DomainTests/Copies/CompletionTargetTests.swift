import Domain
import Foundation
import Testing

@Suite struct CompletionTargetTests {
    private let start = Date(timeIntervalSince1970: 1_795_376_072)
    private let data: Int64 = 900 << 20

    @Test func theMinutesBeginToRunWhenTheClockStarts() {
        var target = CompletionTarget(minutes: 15)
        #expect(target.dueAt == nil)
        #expect(!target.isOverdue(at: .distantFuture))
        #expect(!target.isShort(for: data))
        #expect(target.remark(dataBytes: data, at: .distantFuture) == nil)
        target.start(at: start, setAside: .mebibytes(1))
        #expect(target.dueAt == start.addingTimeInterval(900))
        #expect(!target.isOverdue(at: start.addingTimeInterval(900)))
        #expect(target.isOverdue(at: start.addingTimeInterval(900.001)))
    }

    @Test func remarksAreForWhatIsWrong() {
        let enough = CompletionTarget(minutes: 15, setAside: .mebibytes(1), startedAt: start)
        #expect(!enough.isShort(for: data))
        #expect(enough.remark(dataBytes: data, at: start) == nil)
        let less = CompletionTarget(minutes: 15, setAside: Throughput(bytesPerSecond: 1_048_575), startedAt: start)
        #expect(less.isShort(for: data))
        #expect(less.remark(dataBytes: data, at: start) == "may be late, it needs 1 MiB/s and has 1024 KiB/s")
        for target in [enough, less] {
            #expect(target.remark(dataBytes: data, at: start.addingTimeInterval(901)) == "late, it was due at 2026-11-22T19:49:32.000Z")
        }
    }
}
