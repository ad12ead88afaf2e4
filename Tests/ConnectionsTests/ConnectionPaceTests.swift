import Connections
import NIOCore
import Testing

@Suite struct ConnectionPaceTests {
    private static let limits = ConnectionLimits(headTime: .seconds(30), stallTime: .seconds(60), idleTime: .seconds(120))

    private static func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(1_000_000_000) + .seconds(seconds) }

    private static func opened(isKnown: Bool = true) -> ConnectionPace {
        var pace = ConnectionPace(limits: limits, now: at(0))
        pace.isKnown = isKnown
        pace.wantsBytes(at: at(0))
        return pace
    }

    @Test func aHeadMustBeWholeInTimeHoweverItTrickles() {
        var pace = Self.opened()
        for second in 1..<30 as Range<Int64> {
            pace.received(at: Self.at(second))
            pace.wantsBytes(at: Self.at(second))
            #expect(pace.fault(at: Self.at(second)) == nil)
        }
        #expect(pace.fault(at: Self.at(30)) == .slowHead)
    }

    @Test func theNextHeadHasItsOwnTimeFromItsFirstByte() {
        var pace = Self.opened()
        pace.receivedHead(at: Self.at(1))
        pace.receivedEnd(at: Self.at(1))
        pace.answered(at: Self.at(2))
        #expect(pace.fault(at: Self.at(121)) == nil)
        pace.received(at: Self.at(121))
        #expect(pace.fault(at: Self.at(150)) == nil)
        #expect(pace.fault(at: Self.at(151)) == .slowHead)
    }

    @Test func aConnectionThatRestsIsClosed() {
        var pace = Self.opened()
        pace.receivedHead(at: Self.at(1))
        pace.receivedEnd(at: Self.at(1))
        #expect(pace.fault(at: Self.at(1_000_000)) == nil, "the server works on it")
        pace.answered(at: Self.at(10))
        #expect(pace.fault(at: Self.at(129)) == nil)
        #expect(pace.fault(at: Self.at(130)) == .idle)
    }

    @Test func twoRequestsInARowAreTwo() {
        var pace = Self.opened()
        for _ in 0..<2 {
            pace.receivedHead(at: Self.at(1))
            pace.receivedEnd(at: Self.at(1))
        }
        pace.answered(at: Self.at(2))
        #expect(pace.fault(at: Self.at(500)) == nil)
        pace.answered(at: Self.at(500))
        #expect(pace.fault(at: Self.at(620)) == .idle)
    }

    /// One that a bucket lets in without a signature; the next request of the connection is a stranger's again.
    @Test func aBodyThatIsLetInMayTakeItsTime() {
        var pace = Self.opened(isKnown: false)
        pace.receivedHead(at: Self.at(1))
        pace.isLetIn = true
        pace.wantsBytes(at: Self.at(1))
        pace.received(at: Self.at(40))
        pace.receivedBody(1 << 20)
        pace.wantsBytes(at: Self.at(40))
        #expect(pace.fault(at: Self.at(45)) == nil)
        pace.receivedEnd(at: Self.at(45))
        pace.answered(at: Self.at(45))
        pace.receivedHead(at: Self.at(46))
        pace.wantsBytes(at: Self.at(46))
        #expect(pace.fault(at: Self.at(77)) == .slowBody)
    }

    /// 5 TiB at 2 KiB/s take 85 years.
    @Test func aSlowLineThatLivesIsGivenAllTheTime() {
        var pace = Self.opened()
        pace.receivedHead(at: Self.at(0))
        for second in 1...100_000 as ClosedRange<Int64> {
            pace.received(at: Self.at(second))
            pace.receivedBody(2048)
            pace.wantsBytes(at: Self.at(second))
            guard pace.fault(at: Self.at(second)) != nil else { continue }
            Issue.record("cut off after \(second) seconds")
            return
        }
    }

    /// However fast: what a stranger sends is small.
    @Test func theBodyOfAStrangerHasTheTimeOfAHead() {
        for step in [1, 7, 29] as [Int64] {
            var pace = Self.opened(isKnown: false)
            pace.received(at: Self.at(5))
            pace.receivedHead(at: Self.at(5))
            // A time in which the server does not read.
            pace.wantsBytes(at: Self.at(100))
            var (fault, second) = (ConnectionPace.Fault?.none, Int64(100))
            while fault == nil, second < 1000 {
                second += step
                pace.received(at: Self.at(second))
                pace.receivedBody(1 << 20)
                pace.wantsBytes(at: Self.at(second))
                fault = pace.fault(at: Self.at(second))
            }
            #expect(fault == .slowBody)
            #expect((130..<130 + step).contains(second))
        }
    }

    @Test func theBodyBehindASignatureHasAllTheTime() {
        var pace = Self.opened(isKnown: false)
        pace.receivedHead(at: Self.at(1))
        #expect(pace.fault(at: Self.at(29)) == nil)
        pace.isKnown = true
        #expect(pace.fault(at: Self.at(59)) == nil)
    }

    @Test func eachBodyOfAStrangerHasATimeOfItsOwn() {
        var pace = Self.opened(isKnown: false)
        for start in [0, 25, 50] as [Int64] {
            pace.receivedHead(at: Self.at(start))
            #expect(pace.fault(at: Self.at(start + 24)) == nil)
            pace.received(at: Self.at(start + 24))
            pace.receivedEnd(at: Self.at(start + 24))
            pace.answered(at: Self.at(start + 24))
            pace.wantsBytes(at: Self.at(start + 24))
        }
    }

    @Test func aBodyThatDripsIsCutOff() {
        var pace = Self.opened()
        pace.receivedHead(at: Self.at(0))
        var fault: ConnectionPace.Fault?
        var second: Int64 = 0
        while fault == nil, second < 1000 {
            second += 1
            pace.received(at: Self.at(second))
            pace.receivedBody(1)
            pace.wantsBytes(at: Self.at(second))
            fault = pace.fault(at: Self.at(second))
        }
        #expect(fault == .slowBody)
        #expect(second == 60)
    }

    /// Extensions of chunks, trailers and what TLS adds are no body.
    @Test func bytesThatAreNoBodyDoNotCount() {
        var pace = Self.opened()
        pace.receivedHead(at: Self.at(0))
        for second in 1...60 as ClosedRange<Int64> {
            pace.received(at: Self.at(second))
            pace.wantsBytes(at: Self.at(second))
        }
        #expect(pace.fault(at: Self.at(60)) == .slowBody)
    }

    @Test func timeInWhichTheServerDoesNotReadIsNotTheClients() {
        var pace = Self.opened()
        pace.receivedHead(at: Self.at(0))
        pace.received(at: Self.at(1))
        #expect(pace.fault(at: Self.at(10_000)) == nil)
        pace.wantsBytes(at: Self.at(10_000))
        #expect(pace.fault(at: Self.at(10_050)) == nil)
        #expect(pace.fault(at: Self.at(10_059)) == .slowBody)
    }

    @Test func anAnswerThatNobodyTakesIsCutOff() {
        var pace = Self.opened()
        pace.receivedHead(at: Self.at(0))
        pace.receivedEnd(at: Self.at(0))
        pace.willWrite(65_536, at: Self.at(100))
        pace.willWrite(65_536, at: Self.at(100))
        #expect(pace.fault(at: Self.at(159)) == nil)
        pace.wrote(65_536, at: Self.at(159))
        #expect(pace.fault(at: Self.at(218)) == nil)
        #expect(pace.fault(at: Self.at(219)) == .slowReader)
        pace.wrote(65_536, at: Self.at(219))
        #expect(pace.fault(at: Self.at(9_999)) == nil)
    }
}
