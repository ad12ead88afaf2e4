/// Reads the tables of one file in pieces, and holds against the file's length what they name.
///
/// Tables do not overlap, so all together they are no larger than their file: a file whose tables name one another again and again costs
/// no more than one read of it.
final class TableWalk {
    private static let pieceBytes = 64 << 10

    let range: ImageRange
    /// The format, in errors.
    private let format: String
    private let cancellation: BlockingCalls.Cancellation
    private var unread: UInt64

    init(_ range: ImageRange, of format: String, _ cancellation: BlockingCalls.Cancellation) {
        self.range = range
        self.format = format
        self.cancellation = cancellation
        unread = UInt64(range.length)
    }

    /// Gives each entry of a table with its number.
    func entries<Entry: FixedWidthInteger & BitwiseCopyable>(
        _ type: Entry.Type,
        count: UInt64,
        at place: UInt64,
        order: ByteOrder,
        _ body: (_ number: UInt64, Entry) throws(DiskImageError) -> Void
    ) throws(DiskImageError) {
        let entryBytes = UInt64(MemoryLayout<Entry>.size)
        let (bytes, isOver) = count.multipliedReportingOverflow(by: entryBytes)
        try require(isOver ? .max : bytes, at: place, "tables")
        guard bytes <= unread else {
            throw DiskImageError(.content, "The tables of the \(format) are larger than its file: it is damaged.")
        }
        unread -= bytes
        var first: UInt64 = 0
        while first < count {
            if cancellation.isRequested { throw DiskImageError(.file, "The check was cancelled.") }
            let number = min(count - first, UInt64(Self.pieceBytes) / entryBytes)
            let fields = try range.fields(Int(number * entryBytes), at: Int64(place + first * entryBytes), of: "\(format) table")
            for index in 0..<Int(number) {
                let offset = index * Int(entryBytes)
                let entry = order == .big ? fields.big(Entry.self, at: offset) : fields.little(Entry.self, at: offset)
                try body(first + UInt64(index), entry)
            }
            first += number
        }
    }

    /// Throws unless bytes that a table names stand inside the file.
    func require(_ bytes: UInt64, at place: UInt64, _ what: String) throws(DiskImageError) {
        try range.require(bytes, at: place, what, of: format)
    }
}

enum ByteOrder {
    case big
    case little
}

extension ImageRange {
    /// Throws unless bytes that metadata name stand inside the range.
    func require(_ bytes: UInt64, at place: UInt64, _ what: String, of format: String) throws(DiskImageError) {
        guard place <= UInt64(length), bytes <= UInt64(length) - place else { throw .cut(format, before: what) }
    }
}
