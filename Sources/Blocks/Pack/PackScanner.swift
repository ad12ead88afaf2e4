import Files
import NIOCore

/// Reads a pack from front to back without an index, and finds the next whole frame behind damage and gaps.
struct PackScanner {
    /// What stands next.
    enum Item {
        /// A frame whose seal opens.
        case frame(IndexedFrame, FramePayload)
        /// A frame with a whole header, whose key is not at hand.
        case locked(IndexedFrame)
        /// A frame with a whole header that cannot be opened, and the bytes up to the next whole header.
        case damaged(IndexedFrame, Range<UInt64>, FrameDamage)
        /// Bytes in which no whole frame starts. A gap that a failed or never finished write left is all zeros.
        case skipped(Range<UInt64>, FrameDamage, isGap: Bool)
    }

    private static let searchBytes = 1 << 20
    /// What a disk fails to read at once.
    private static let sectorBytes: UInt64 = 4096

    let file: PackFile
    let end: UInt64
    private(set) var offset: UInt64

    init(file: PackFile, from start: UInt64, end: UInt64) {
        self.file = file
        self.end = end
        offset = FrameHeader.align(max(start, PackHeader.firstFrame))
    }

    /// Nil at the end. Throws only when the disk refuses altogether, not for damage.
    mutating func next() throws(IOFailure) -> Item? {
        guard offset < end else { return nil }
        let start = offset
        let damage: FrameDamage
        var unopened: IndexedFrame?
        do {
            let (header, payload) = try file.openFrame(at: start, end: end)
            offset = header.nextOffset
            return .frame(IndexedFrame(header, in: file.id), payload)
        } catch .locked {
            if let header = header(at: start) {
                offset = header.nextOffset
                return .locked(IndexedFrame(header, in: file.id))
            }
            damage = .header("not to be read twice")
        } catch {
            damage = error
            unopened = header(at: start).map { IndexedFrame($0, in: file.id) }
        }
        // Frame by frame from here on would trust lengths in a damaged header; the magic is looked for instead.
        var isGap = true
        offset = search(from: start + FrameHeader.alignment, isGap: &isGap)
        if let unopened { return .damaged(unopened, start..<min(offset, end), damage) }
        if isGap { isGap = isZeroHead(at: start) }
        return .skipped(start..<min(offset, end), damage, isGap: isGap)
    }

    /// The next place with a whole frame header of its own place, or the end. `isGap` is cleared when anything but zeros is passed.
    private func search(from start: UInt64, isGap: inout Bool) -> UInt64 {
        let magic = FrameHeader.magic
        let word = magic.span.bytes.littleEndian(UInt64.self, at: 0)
        var position = start
        while position < end {
            let wanted = Int(min(UInt64(Self.searchBytes), end - position))
            guard let bytes = try? file.read(wanted, at: position) else {
                isGap = false
                guard let readable = skipUnreadable(from: position) else { return end }
                position = readable
                continue
            }
            if bytes.readableBytes == 0 { return end }
            var place = 0
            let span = bytes.readableBytesSpan
            while place + 8 <= span.byteCount {
                let found = span.littleEndian(UInt64.self, at: place)
                if found == word, header(at: position + UInt64(place)) != nil { return position + UInt64(place) }
                if found != 0 { isGap = false }
                place += Int(FrameHeader.alignment)
            }
            if bytes.readableBytes < Self.searchBytes { return end }
            position += UInt64(place)
        }
        return end
    }

    private func header(at place: UInt64) -> FrameHeader? {
        guard let bytes = try? file.read(FrameHeader.bytes, at: place) else { return nil }
        return try? FrameHeader(decoding: Array(bytes.readableBytesView), at: place)
    }

    private func isZeroHead(at place: UInt64) -> Bool {
        guard let bytes = try? file.read(Int(min(FrameHeader.alignment, end - place)), at: place) else { return false }
        return ByteScan.isZero(bytes.readableBytesSpan)
    }

    /// The next readable sector behind `start`; nil when there is none before the end.
    private func skipUnreadable(from start: UInt64) -> UInt64? {
        // One chunk failed: its sectors are tried singly, so that one bad sector does not hide its neighbours.
        var position = start
        while position < end {
            let next = (position / Self.sectorBytes + 1) * Self.sectorBytes
            if (try? file.read(Int(Self.sectorBytes), at: next)) != nil { return next < end ? next : nil }
            position = next
        }
        return nil
    }
}

extension IndexedFrame {
    init(_ header: FrameHeader, in pack: PackID) {
        self.init(
            address: header.address,
            location: FrameLocation(
                pack: pack,
                offset: header.offset,
                storedLength: header.storedLength,
                plainLength: header.plainLength,
                kind: header.kind,
                codec: header.codec,
                domain: header.domain
            )
        )
    }
}
