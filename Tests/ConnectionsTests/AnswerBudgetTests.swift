import Connections
import NIOCore
import Testing

@Suite struct AnswerBudgetTests {
    private static let block = 512 << 10

    private static func bytes(_ count: Int) -> ByteBuffer { ByteBuffer(bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }) }

    /// So many that answers are cut.
    private static func many(of budget: AnswerBudget) -> [AnswerBudget.Answer] {
        (0..<AnswerBudget.uncutAnswers).map { _ in budget.open() }
    }

    @Test(arguments: [1, 1000, AnswerBudget.pieceBytes, AnswerBudget.pieceBytes + 1, block])
    func whatIsKeptIsCutIntoPieces(_ count: Int) {
        let budget = AnswerBudget(bytes: 64 << 20)
        let others = Self.many(of: budget)
        let answer = budget.open()
        answer.keep(Self.bytes(count))
        var all = ByteBuffer()
        while let piece = answer.next() {
            #expect(piece.readableBytes <= AnswerBudget.pieceBytes)
            #expect(piece.storageCapacity <= AnswerBudget.pieceBytes, "a piece does not hold what it was cut from")
            all.writeImmutableBuffer(piece)
        }
        #expect(all == Self.bytes(count))
        #expect(budget.held == 0)
        withExtendedLifetime(others) {}
    }

    /// Each piece costs a copy and a way to the connection's thread and back.
    @Test func whatIsKeptGoesOutUncutWhileThereAreFewAnswers() throws {
        let budget = AnswerBudget(bytes: 64 << 20)
        var answers = (0..<AnswerBudget.uncutAnswers).map { _ in budget.open() }
        for answer in answers { answer.keep(Self.bytes(Self.block)) }
        #expect(answers.allSatisfy { $0.next()?.readableBytes == Self.block && $0.next() == nil })
        answers.append(budget.open())
        answers[0].keep(Self.bytes(Self.block))
        #expect(answers[0].next()?.readableBytes == AnswerBudget.pieceBytes)
    }

    @Test func whoWaitsLongestLosesWhatIsKept() throws {
        let block = ByteBuffer(repeating: 7, count: Self.block)
        let budget = AnswerBudget(bytes: 4 * Self.block)
        let others = Self.many(of: budget)
        let answers = (0..<4).map { _ in budget.open() }
        for answer in answers { answer.keep(block) }
        // The first keeps up.
        #expect(answers[0].next() != nil)
        let newest = budget.open()
        newest.keep(block)
        #expect(budget.held <= 4 * Self.block)
        #expect(answers.map { $0.next() != nil } == [true, false, true, true])
        #expect(newest.next() != nil)
        let more = (0..<100).map { _ in budget.open() }
        for answer in more {
            answer.keep(block)
            #expect(answer.next() != nil)
            #expect(budget.held <= 4 * Self.block)
        }
        #expect(answers.allSatisfy { $0.next() == nil })
        withExtendedLifetime(others) {}
    }

    @Test func memoryIsGivenBackWhenMostHaveEnded() {
        let counter = Counter()
        let budget = AnswerBudget(bytes: 4 * Self.block) { counter.add() }
        for _ in 0..<100 { budget.open().keep(Self.bytes(10)) }
        #expect(counter.count == 0, "one at a time is not many")
        var answers = (0..<40).map { _ in budget.open() }
        for answer in answers { answer.keep(Self.bytes(10)) }
        answers.removeLast(29)
        #expect(counter.count == 0)
        answers.removeLast()
        #expect(counter.count == 1)
        answers.removeAll()
        #expect(counter.count == 1)
        #expect(budget.held == 0)
    }

    @Test func memoryIsGivenBackWhenMuchWasDropped() {
        let counter = Counter()
        let budget = AnswerBudget(bytes: 4 * Self.block) { counter.add() }
        let block = ByteBuffer(repeating: 7, count: Self.block)
        let answers = (0..<12).map { _ in budget.open() }
        for answer in answers.prefix(7) { answer.keep(block) }
        #expect(counter.count == 0)
        for answer in answers.dropFirst(7) { answer.keep(block) }
        #expect(counter.count == 2)
    }
}
