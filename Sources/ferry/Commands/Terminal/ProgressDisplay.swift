import Client
import Synchronization

/// Shows a board of progress while work goes on: redrawn on a terminal, as lines in a log, or not at all.
final class ProgressDisplay: Sendable {
    private let board: Mutex<ProgressBoard>
    private let isShown: Bool
    private let start = ContinuousClock.now

    init(labels: [String], quiet: Bool) {
        board = Mutex(ProgressBoard(labels: labels.map(TerminalText.clean)))
        isShown = !quiet
    }

    private var time: Duration { start.duration(to: .now) }

    func update(_ row: Int, done: Int64, total: Int64?) {
        let time = time
        board.withLock { $0.update(row, done: done, total: total, at: time) }
    }

    func advance(_ row: Int = 0, by bytes: Int64) {
        let time = time
        board.withLock { $0.advance(row, by: bytes, at: time) }
    }

    func end(_ row: Int, _ text: String) {
        board.withLock { $0.end(row, TerminalText.clean(text)) }
    }

    /// Writes a line of the result, or a remark, without tearing the board.
    func say(_ line: String, asRemark: Bool = false) {
        board.withLock { board in
            if isShown, Terminal.canDraw { Terminal.draw(board.erasure()) }
            if asRemark { Terminal.remark(line) } else { Terminal.say(line) }
        }
    }

    /// Keeps the board fresh until `body` ends, then takes it away.
    func whileShown<Value>(_ body: () async throws -> Value) async throws -> Value {
        defer { takeAway() }
        async let _: Void = refresh()
        return try await body()
    }

    /// Kept out of its caller: there, the compiler takes the lock in the name of the thread from before the wait.
    @inline(never)
    private func takeAway() {
        board.withLock { board in
            if isShown, Terminal.canDraw { Terminal.draw(board.erasure()) }
        }
    }

    private func refresh() async {
        guard isShown else { return }
        while !Task.isCancelled {
            let time = time
            board.withLock { board in
                if Terminal.canDraw {
                    Terminal.draw(board.frame(width: Terminal.width))
                } else {
                    for line in board.plainLines(at: time) { Terminal.remark(line) }
                }
            }
            try? await Task.sleep(for: .milliseconds(Terminal.canDraw ? 100 : 500))
        }
    }
}
