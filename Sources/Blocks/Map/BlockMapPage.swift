/// What stands in 1,024 consecutive blocks of a disk: a digest for each block with data, nothing for a block of zeros.
///
/// A page does not know where on the disk it lies, so equal stretches share one page wherever they are.
///
/// Encoding (little-endian, docs/formats/block-map.md):
/// ```
/// 0    8   magic "FERRYMP" and the version, 1
/// 8    128 bitmap: bit s of byte s/8 (least significant first) is set when slot s has data
/// 136  32n one digest for each set bit, ascending by slot
/// ```
/// A bitmap and not a list of slots: order and uniqueness cannot be violated, so a page has exactly one encoding and
/// equal pages have equal digests.
package struct BlockMapPage: Hashable, Sendable {
    private var bitmap: [UInt64]
    private var digests: [Digest]

    static let magic: [UInt8] = Array("FERRYMP".utf8) + [1]
    static let headerBytes = 8 + BlockSize.blocksPerPage / 8
    package static let maximumEncodedBytes = headerBytes + BlockSize.blocksPerPage * Digest.byteCount

    package init() {
        bitmap = [UInt64](repeating: 0, count: BlockSize.blocksPerPage / 64)
        digests = []
    }

    /// Slots ascend within 0..<1024. The digest of the zero block counts as no data.
    package init(_ entries: some Sequence<(slot: Int, digest: Digest)>) throws(BlockMapError) {
        self.init()
        for (slot, digest) in entries { try append(slot: slot, digest) }
    }

    /// Adds a slot behind all others.
    mutating func append(slot: Int, _ digest: Digest) throws(BlockMapError) {
        guard (0..<BlockSize.blocksPerPage).contains(slot) else { throw .outsideVolume(index: UInt64(slot.magnitude)) }
        if let last = lastSlot, last >= slot { throw .notAscending(index: UInt64(slot)) }
        if digest == .zeroBlock { return }
        bitmap[slot / 64] |= 1 << UInt64(slot % 64)
        digests.append(digest)
    }

    private var lastSlot: Int? {
        for word in bitmap.indices.reversed() where bitmap[word] != 0 {
            return word * 64 + 63 - bitmap[word].leadingZeroBitCount
        }
        return nil
    }

    /// How many blocks have data.
    package var count: Int { digests.count }
    package var isEmpty: Bool { digests.isEmpty }

    /// The digest at a slot of 0..<1024; nil means zeros.
    package subscript(slot: Int) -> Digest? {
        let word = slot / 64
        let bit: UInt64 = 1 << UInt64(slot % 64)
        guard bitmap[word] & bit != 0 else { return nil }
        var rank = (bitmap[word] & (bit - 1)).nonzeroBitCount
        for earlier in 0..<word { rank += bitmap[earlier].nonzeroBitCount }
        return digests[rank]
    }

    /// All slots with data, ascending.
    package var entries: [(slot: Int, digest: Digest)] {
        var entries: [(slot: Int, digest: Digest)] = []
        entries.reserveCapacity(digests.count)
        for word in bitmap.indices {
            var bits = bitmap[word]
            while bits != 0 {
                entries.append((word * 64 + bits.trailingZeroBitCount, digests[entries.count]))
                bits &= bits - 1
            }
        }
        return entries
    }

    /// The digests in slot order; one digest may stand in several slots.
    package var allDigests: [Digest] { digests }

    /// The address under which the page is stored.
    package var digest: Digest { Digest(sha256: encoded) }

    package var encoded: [UInt8] {
        var bytes = Self.magic
        bytes.reserveCapacity(Self.headerBytes + digests.count * Digest.byteCount)
        for word in bitmap { bytes.appendLittleEndian(word) }
        for digest in digests { digest.append(to: &bytes) }
        return bytes
    }

    /// Accepts only what `encoded` writes: an empty page, a zero block's digest, a missing or a spare byte are refused.
    package init(decoding bytes: RawSpan) throws(BlockMapError) {
        guard bytes.byteCount >= Self.headerBytes else { throw .malformed("page of \(bytes.byteCount) bytes") }
        let magic = bytes.array(0..<8)
        guard magic == Self.magic else {
            throw magic.dropLast() == Self.magic.dropLast() ? .unsupportedVersion : .malformed("no page magic")
        }
        self.init()
        var count = 0
        for word in bitmap.indices {
            bitmap[word] = bytes.littleEndian(UInt64.self, at: 8 + word * 8)
            count += bitmap[word].nonzeroBitCount
        }
        guard count > 0 else { throw .malformed("empty page") }
        guard bytes.byteCount == Self.headerBytes + count * Digest.byteCount else {
            throw .malformed("page of \(count) blocks in \(bytes.byteCount) bytes")
        }
        digests.reserveCapacity(count)
        for entry in 0..<count {
            let digest = Digest(in: bytes, at: Self.headerBytes + entry * Digest.byteCount)
            if digest == .zeroBlock { throw .malformed("a zero block listed as data") }
            digests.append(digest)
        }
    }
}
