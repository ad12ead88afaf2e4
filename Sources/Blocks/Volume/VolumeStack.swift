/// What a volume consists of at one moment: its layers, the newest first, over its base.
struct VolumeStack: Sendable {
    /// Where sectors come from.
    enum Source: Hashable, Sendable {
        /// The layer with this place in the stack.
        case layer(Int)
        case base
        case zeros
    }

    struct Stretch: Hashable, Sendable {
        var sectors: Range<UInt64>
        let source: Source
    }

    var layers: [OverlayLayer]
    var base: VolumeBase
    var volumeBytes: UInt64

    /// Where each sector of a range comes from, in order. Blocks for reading the maps.
    func resolve(_ sectors: Range<UInt64>) throws -> [Stretch] {
        var stretches: [Stretch] = []
        for (block, range) in sectors.sectorsByBlock {
            let first = block * UInt64(SectorBits.sectorsPerBlock)
            var parts: [(run: Range<Int>, source: Source)] = []
            var rest = SectorBits.mask(range)
            for (place, layer) in layers.enumerated() where rest != 0 {
                let bits = try layer.bits(of: block)
                parts += SectorBits.runs(of: bits.written & rest).map { ($0, .layer(place)) }
                parts += SectorBits.runs(of: bits.zeroed & rest).map { ($0, .zeros) }
                rest &= ~bits.covered
            }
            parts += SectorBits.runs(of: rest).map { ($0, base.root == nil ? .zeros : .base) }
            for part in parts.sorted(by: { $0.run.lowerBound < $1.run.lowerBound }) {
                let sectors = first + UInt64(part.run.lowerBound)..<first + UInt64(part.run.upperBound)
                if let last = stretches.last, last.source == part.source {
                    stretches[stretches.count - 1].sectors = last.sectors.lowerBound..<sectors.upperBound
                } else {
                    stretches.append(Stretch(sectors: sectors, source: part.source))
                }
            }
        }
        return stretches
    }

    /// Up to `limit` blocks that the layers cover something of, at or behind `start`, ascending; and where to go on, nil at the end.
    func dirtyBlocks(from start: UInt64, limit: Int) throws -> (blocks: [UInt64], next: UInt64?) {
        var found: [UInt64] = []
        var block = start
        let end = BlockMapRoot.blocks(in: volumeBytes)
        while let next = try layers.compactMap({ try $0.next(from: block) }).min(), next < end {
            // The rest of a page of the map at a time.
            let pageEnd = min(end, (next / UInt64(LayerMapPage.blocks) + 1) * UInt64(LayerMapPage.blocks))
            for candidate in next..<pageEnd where try layers.contains(where: { try !$0.bits(of: candidate).isEmpty }) {
                if found.count == limit { return (found, candidate) }
                found.append(candidate)
            }
            block = pageEnd
        }
        return (found, nil)
    }
}
