import Files

/// What `qemu-img convert -p` says: `(12.50/100%)` and a carriage return, again and again, and complaints in between.
struct ConversionOutput {
    private static let mostBytes = 4_096

    private let progress: DiskConverter.Progress
    private var reached = -1
    private var line: [UInt8] = []
    private var lines: [String] = []

    init(_ progress: @escaping DiskConverter.Progress) { self.progress = progress }

    mutating func take(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if byte == 0x0D || byte == 0x0A {
                endLine()
            } else if line.count < Self.mostBytes {
                line.append(byte)
            }
        }
    }

    /// The last things that it said.
    mutating func complaint(status: Int32) -> Complaint {
        endLine()
        return Complaint(text: lines.isEmpty ? "qemu-img ended with status \(status)" : lines.joined(separator: "; "))
    }

    private mutating func endLine() {
        var text = String(decoding: line, as: UTF8.self)[...]
        line.removeAll(keepingCapacity: true)
        while let percent = text.prefixMatch(of: #/ *\((?<whole>\d{1,3})(?:\.\d+)?/100%\)/#) {
            if let whole = Int(percent.whole), whole > reached, whole <= 100 {
                reached = whole
                progress(whole)
            }
            text = text[percent.range.upperBound...]
        }
        guard text.contains(where: { !$0.isWhitespace }) else { return }
        lines = lines.suffix(3) + [String(text)]
    }
}

/// Why qemu-img failed, in its words.
struct Complaint: Sendable {
    private(set) var text: String

    init(text: String) { self.text = String(text.prefix(1_000)) }

    /// Without the paths of this machine, since it is told to strangers.
    func hiding(_ paths: String...) -> Complaint {
        var text = text.replacing("qemu-img: ", with: "").replacing(#/'?json:\{.*\}'?/#, with: "the disk")
        for path in paths.map(PathText.absolute) { text = text.replacing(path, with: "the disk") }
        while let last = text.last, last.isWhitespace || last == "." { text.removeLast() }
        return Complaint(text: text)
    }
}
