/// One line that tells how far a transfer is.
package struct ProgressLine: Hashable, Sendable {
    /// What moves: a Region, a file.
    package var label: String
    package var done: Int64
    /// Absent while it is not known.
    package var total: Int64?
    package var bytesPerSecond: Double?
    package var secondsLeft: Double?

    package init(label: String, done: Int64, total: Int64?, bytesPerSecond: Double? = nil, secondsLeft: Double? = nil) {
        self.label = label
        self.done = done
        self.total = total
        self.bytesPerSecond = bytesPerSecond
        self.secondsLeft = secondsLeft
    }

    /// From 0 to 1; nothing to move is done from the start.
    var fraction: Double? {
        total.map { $0 <= 0 ? 1 : min(max(Double(done) / Double($0), 0), 1) }
    }

    /// The facts in a row: `37 %  380 MiB of 1.0 GiB  210 MiB/s  3.1 s left`.
    package var facts: String {
        if done == 0, total == nil { return "starting" }
        var parts: [String] = []
        if let fraction { parts.append("\(Int(fraction * 100)) %") }
        parts.append(total.map { "\(ByteText.size(done)) of \(ByteText.size($0))" } ?? ByteText.size(done))
        if let bytesPerSecond { parts.append(ByteText.rate(bytesPerSecond)) }
        if let secondsLeft { parts.append("\(ByteText.time(secondsLeft)) left") }
        return parts.joined(separator: "  ")
    }

    /// For a log: `eu-west-1: 37 %  380 MiB of 1 GiB  …`.
    package var plain: String { "\(label): \(facts)" }

    /// For a terminal of `width` columns: label, bar, facts; the bar gives way first, then the end is cut.
    ///
    /// - Parameter labelWidth: the width of the longest label on the board, so that the bars stand in a column.
    package func bar(width: Int, labelWidth: Int) -> String {
        let head = label + String(repeating: " ", count: max(0, labelWidth - label.count))
        let room = width - head.count - facts.count - 7
        guard let fraction, room >= 8 else { return String("\(head)  \(facts)".prefix(max(0, width - 1))) }
        let cells = min(room, 40)
        let filled = Int((fraction * Double(cells)).rounded(.down))
        return "\(head)  [\(String(repeating: "#", count: filled))\(String(repeating: ".", count: cells - filled))]  \(facts)"
    }
}
