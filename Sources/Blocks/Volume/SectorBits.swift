/// What a layer of a volume holds of one block: for each of its sectors whether the layer has data of it, or knows that it is zeros.
///
/// No sector is both. What is neither is as the layer below has it.
struct SectorBits: Hashable, Sendable {
    var written: UInt128 = 0
    var zeroed: UInt128 = 0

    static let sectorBytes = 4096
    static let sectorsPerBlock = BlockSize.bytes / sectorBytes

    var covered: UInt128 { written | zeroed }
    var isEmpty: Bool { covered == 0 }

    mutating func write(_ sectors: UInt128) {
        written |= sectors
        zeroed &= ~sectors
    }

    mutating func zero(_ sectors: UInt128) {
        zeroed |= sectors
        written &= ~sectors
    }

    /// The bits of the sectors in a range within 0 ..< 128.
    static func mask(_ sectors: Range<Int>) -> UInt128 {
        if sectors.isEmpty { return 0 }
        return (UInt128.max >> UInt128(sectorsPerBlock - sectors.count)) << UInt128(sectors.lowerBound)
    }

    /// The runs of set bits, ascending.
    static func runs(of bits: UInt128) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var place = 0
        while place < sectorsPerBlock {
            let rest = bits >> UInt128(place)
            if rest == 0 { break }
            let start = place + rest.trailingZeroBitCount
            let length = (~(bits >> UInt128(start))).trailingZeroBitCount
            place = min(start + length, sectorsPerBlock)
            runs.append(start..<place)
        }
        return runs
    }
}

extension Range<UInt64> {
    /// The parts of a range of sectors, block by block.
    var sectorsByBlock: some Sequence<(block: UInt64, sectors: Range<Int>)> {
        let perBlock = UInt64(SectorBits.sectorsPerBlock)
        return sequence(state: lowerBound) { place -> (block: UInt64, sectors: Range<Int>)? in
            guard place < upperBound else { return nil }
            let block = place / perBlock
            let end = Swift.min(upperBound, (block + 1) * perBlock)
            defer { place = end }
            return (block, Int(place % perBlock)..<Int(end - block * perBlock))
        }
    }
}
