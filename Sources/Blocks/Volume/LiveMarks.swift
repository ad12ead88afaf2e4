/// What the map of a layer says since its last flush, for the next process when this one is killed: a guest goes on, and has been told that
/// its writes are done. Nothing here is ever synced, and it counts only in the run of the kernel in which it was written.
///
/// Layout (little-endian, docs/formats/volume-overlay.md):
/// ```
/// 0   8   magic "FERRYVK" and 0
/// 8   16  id of the run of the kernel
/// 24  8   zeros
/// 32  16n marks: first sector 8, number of sectors 4, 1: written, 2: zeroed 4; zeros behind the last
/// ```
struct LiveMarks {
    struct Mark: Hashable {
        let sectors: Range<UInt64>
        let isZero: Bool
    }

    private let file: any PackFileHandle
    /// Behind the last mark.
    private(set) var position = start

    static let magic: [UInt8] = Array("FERRYVK".utf8) + [0]
    private static let start: UInt64 = 32
    private static let markBytes: UInt64 = 16
    /// So long it may become before what is durable is taken out.
    private static let longBytes: UInt64 = 256 << 10

    /// Begins anew.
    init(_ file: any PackFileHandle, run: BootID) throws(IOFailure) {
        self.file = file
        // First, so that what an earlier run left is never taken for marks of this one.
        try end(at: Self.start)
        try file.writeWhole(Self.magic + run.bytes + [UInt8](repeating: 0, count: 8), at: 0)
    }

    /// Goes on after another process of the same run; nil after one of another run.
    init?(continuing file: any PackFileHandle, run: BootID, mark: (Mark) throws -> Void) throws {
        guard try file.readWhole(24, at: 0) == Self.magic + run.bytes else { return nil }
        self.file = file
        let bytes = try file.readWhole(Int(try file.size() - Self.start), at: Self.start)
        let span = bytes.span.bytes
        for place in stride(from: 0, to: bytes.count - bytes.count % Int(Self.markBytes), by: Int(Self.markBytes)) {
            let first = span.littleEndian(UInt64.self, at: place)
            let count = UInt64(span.littleEndian(UInt32.self, at: place + 8))
            guard count > 0 else { break }
            try mark(Mark(sectors: first..<first + count, isZero: span.littleEndian(UInt32.self, at: place + 12) == 2))
            position += Self.markBytes
        }
    }

    /// What was marked may be nowhere, so nobody goes on after this process.
    func forget() throws(IOFailure) { try file.writeWhole([UInt8](repeating: 0, count: Int(Self.start)), at: 0) }

    var isLong: Bool { position > Self.longBytes }

    /// Each of the calls writes less than a page, which nothing interrupts; the mark counts with the second.
    mutating func append(_ mark: Mark) throws(IOFailure) {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(mark.sectors.lowerBound)
        bytes.appendLittleEndian(UInt32(mark.sectors.count))
        bytes.appendLittleEndian(UInt32(mark.isZero ? 2 : 1))
        try end(at: position + Self.markBytes)
        try file.writeWhole(bytes, at: position)
        position += Self.markBytes
    }

    /// Takes out what is before a position, all of which is durable. Nobody appends meanwhile.
    ///
    /// The marks behind it stay where they are until their copies count, so at each moment all of them are read, and last.
    mutating func drop(before turn: UInt64) throws(IOFailure) {
        let rest = position - turn
        guard isLong, Self.start + rest + Self.markBytes <= turn else { return }
        try file.writeWhole(try file.readWhole(Int(rest), at: turn), at: Self.start)
        try end(at: Self.start + rest)
        position = Self.start + rest
    }

    private func end(at place: UInt64) throws(IOFailure) {
        try file.writeWhole([UInt8](repeating: 0, count: Int(Self.markBytes)), at: place)
    }
}
