/// The progress of several transfers at once, as redrawn lines for a terminal or as lines for a log.
package struct ProgressBoard: Sendable {
    private struct Row: Sendable {
        var line: ProgressLine
        var rate = TransferRate()
        /// What stands there when the row is over.
        var ending: String?
        var lastPlain: Duration?
        var changed = false
    }

    /// A row speaks at most this often in a log.
    private let plainInterval = Duration.seconds(2)
    private var rows: [Row]
    private var drawnLines = 0

    package init(labels: [String]) {
        rows = labels.map { Row(line: ProgressLine(label: $0, done: 0, total: nil)) }
    }

    /// Says how far a row is, at a time since some fixed start.
    package mutating func update(_ row: Int, done: Int64, total: Int64?, at time: Duration) {
        rows[row].rate.record(done, at: time)
        let rate = rows[row].rate
        rows[row].line.done = done
        rows[row].line.total = total
        rows[row].line.bytesPerSecond = rate.bytesPerSecond
        rows[row].line.secondsLeft = total.flatMap { rate.timeLeft(until: $0) }
        rows[row].changed = true
    }

    /// Adds to what a row has done.
    package mutating func advance(_ row: Int, by bytes: Int64, at time: Duration) {
        update(row, done: rows[row].line.done + bytes, total: rows[row].line.total, at: time)
    }

    /// Says how a row ended; it is shown once more and then left alone.
    package mutating func end(_ row: Int, _ text: String) {
        rows[row].ending = text
    }

    /// What draws all rows over what was drawn before, with ANSI sequences; the cursor ends below.
    package mutating func frame(width: Int) -> String {
        let labelWidth = rows.map(\.line.label.count).max() ?? 0
        var text = drawnLines > 0 ? "\u{1B}[\(drawnLines)A" : ""
        for row in rows {
            let content =
                row.ending.map { String("\(row.line.label.padded(to: labelWidth))  \($0)".prefix(max(0, width - 1))) }
                ?? row.line.bar(width: width, labelWidth: labelWidth)
            text += "\r\u{1B}[2K\(content)\n"
        }
        drawnLines = rows.count
        return text
    }

    /// What removes the drawn rows, so that other text can stand in their place.
    package mutating func erasure() -> String {
        guard drawnLines > 0 else { return "" }
        defer { drawnLines = 0 }
        return "\u{1B}[\(drawnLines)A\u{1B}[J"
    }

    /// The lines of those rows that moved and were silent long enough.
    package mutating func plainLines(at time: Duration) -> [String] {
        var lines: [String] = []
        for index in rows.indices where rows[index].changed && rows[index].ending == nil && rows[index].line.done > 0 {
            if let last = rows[index].lastPlain, time - last < plainInterval { continue }
            rows[index].lastPlain = time
            rows[index].changed = false
            lines.append(rows[index].line.plain)
        }
        return lines
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
