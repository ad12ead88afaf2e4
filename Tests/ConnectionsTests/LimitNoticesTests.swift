import Connections
import NIOCore
import Synchronization
import TestSupport
import Testing

@Suite struct LimitNoticesTests {
    @Test func eachLimitHasALineAMinute() {
        let log = LogMemory()
        let second = Mutex<Int64>(1)
        let notices = LimitNotices(logger: log.logger) { .uptimeNanoseconds(0) + .seconds(second.withLock { $0 }) }
        for _ in 0..<100 { notices.note(.slowHead) }
        #expect(log.lines.count == 1)
        notices.note(.connections, limit: 512)
        #expect(log.lines.count == 2)
        #expect(log.lines.allSatisfy { $0.hasPrefix("warning ") })
        #expect(log.lines[1].hasSuffix("count=1 limit=512"))
        second.withLock { $0 = 60 }
        notices.note(.slowHead)
        #expect(log.lines.count == 2)
        second.withLock { $0 = 61 }
        notices.note(.slowHead)
        #expect(log.lines.count == 3)
        #expect(log.lines[2].hasSuffix("count=101"), "\(log.lines[2])")
    }
}
