import Client
import Testing

@Suite struct TransferRateTests {
    @Test func theRateLooksBackTenSeconds() {
        var rate = TransferRate()
        #expect(rate.bytesPerSecond == nil)
        for second in 0...30 { rate.record(second <= 15 ? Int64(second) * 1_000 : 15_000 + Int64(second - 15) * 100, at: .seconds(second)) }
        #expect(rate.bytesPerSecond == 100)
        #expect(rate.timeLeft(until: 16_500 + 1_000) == 10)
    }

    @Test func nothingMovingHasNoEnd() {
        var rate = TransferRate()
        rate.record(5, at: .zero)
        rate.record(5, at: .seconds(3))
        #expect(rate.bytesPerSecond == 0)
        #expect(rate.timeLeft(until: 10) == nil)
    }

    @Test func aLowerCountStartsAnew() {
        var rate = TransferRate()
        rate.record(500, at: .zero)
        rate.record(100, at: .seconds(1))
        rate.record(200, at: .seconds(2))
        #expect(rate.bytesPerSecond == 100)
    }
}

@Suite struct ProgressLineTests {
    private let line = ProgressLine(label: "eu-west-1", done: 380 << 20, total: 1 << 30, bytesPerSecond: 210 * 1_048_576, secondsLeft: 3.1)

    @Test func factsAreInOrder() {
        #expect(line.plain == "eu-west-1: 37 %  380 MiB of 1 GiB  210 MiB/s  3.1 s left")
        #expect(ProgressLine(label: "x", done: 5, total: nil).plain == "x: 5 bytes")
        #expect(ProgressLine(label: "x", done: 0, total: nil).plain == "x: starting")
        #expect(ProgressLine(label: "x", done: 0, total: 0).plain == "x: 100 %  0 bytes of 0 bytes")
    }

    @Test(arguments: [1, 20, 40, 60, 80, 120, 300])
    func aBarIsNeverWiderThanTheTerminal(width: Int) {
        let bar = line.bar(width: width, labelWidth: 14)
        #expect(bar.count < width)
        #expect(bar.contains("[") == (width >= 80))
    }

    @Test func theBarIsFilledAsFarAsTheWorkIsDone() {
        let bar = ProgressLine(label: "a", done: 3, total: 4).bar(width: 200, labelWidth: 1)
        #expect(bar.filter { $0 == "#" }.count == 30)
        #expect(bar.filter { $0 == "." }.count == 10)
    }
}

@Suite struct ProgressBoardTests {
    @Test func aLogGetsALineEveryTwoSecondsAtMost() {
        var board = ProgressBoard(labels: ["a", "b"])
        #expect(board.plainLines(at: .zero).isEmpty, "nothing moved yet")
        board.update(0, done: 1, total: 10, at: .zero)
        #expect(board.plainLines(at: .milliseconds(100)).count == 1)
        for tenth in 2..<20 {
            board.update(0, done: Int64(tenth), total: 100, at: .milliseconds(tenth * 100))
            #expect(board.plainLines(at: .milliseconds(tenth * 100)).isEmpty)
        }
        board.update(1, done: 1, total: 2, at: .seconds(2))
        #expect(board.plainLines(at: .milliseconds(2_100)).map { $0.prefix(2) } == ["a:", "b:"])
        #expect(board.plainLines(at: .seconds(9)).isEmpty, "nothing moved since")
        board.update(0, done: 99, total: 100, at: .seconds(10))
        board.end(0, "done")
        #expect(board.plainLines(at: .seconds(11)).isEmpty, "an ended row is silent")
    }

    @Test func framesAreDrawnOverEachOther() {
        var board = ProgressBoard(labels: ["a", "bb"])
        let first = board.frame(width: 80)
        #expect(!first.contains("\u{1B}[2A"))
        #expect(first.filter { $0 == "\n" }.count == 2)
        board.end(1, "available")
        let second = board.frame(width: 80)
        #expect(second.hasPrefix("\u{1B}[2A"))
        #expect(second.contains("bb  available"))
        #expect(board.erasure() == "\u{1B}[2A\u{1B}[J")
        #expect(board.erasure().isEmpty)
    }

    @Test func advancesAddUp() {
        var board = ProgressBoard(labels: ["a"])
        board.update(0, done: 0, total: 100, at: .zero)
        board.advance(0, by: 30, at: .seconds(1))
        board.advance(0, by: 20, at: .seconds(2))
        #expect(board.plainLines(at: .seconds(3)) == ["a: 50 %  50 bytes of 100 bytes  25 bytes/s  2.0 s left"])
    }
}
