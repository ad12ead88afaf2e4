extension VolumeDisk {
    /// What is stored of a range, from its start on: up to `limit` stretches, which may end before the range does.
    package func extents(_ range: Range<UInt64>, limit: Int) async throws -> [VolumeExtent] {
        let stack = try check(range, atMost: .max)
        var found: [VolumeExtent] = []
        func add(_ part: Range<UInt64>, isZero: Bool) -> Bool {
            if let last = found.last, last.isZero == isZero {
                found[found.count - 1] = VolumeExtent(range: last.range.lowerBound..<part.upperBound, isZero: isZero)
                return true
            }
            if found.count == limit { return false }
            found.append(VolumeExtent(range: part, isZero: isZero))
            return true
        }
        let size = UInt64(SectorBits.sectorBytes)
        let sectors = range.lowerBound / size..<(range.upperBound + size - 1) / size
        let stride = UInt64(BlockSize.blocksPerPage * SectorBits.sectorsPerBlock)
        var start = sectors.lowerBound
        while start < sectors.upperBound {
            let part = start..<min(sectors.upperBound, (start / stride + 1) * stride)
            let stretches = try await blocking { try stack.resolve(part) }
            let perBlock = UInt64(SectorBits.sectorsPerBlock)
            let held = try await stack.base.dataBlocks(in: part.lowerBound / perBlock..<(part.upperBound + perBlock - 1) / perBlock)
            for stretch in stretches {
                guard case .base = stretch.source else {
                    let bytes = stretch.sectors.bytes.clamped(to: range)
                    guard add(bytes, isZero: stretch.source == .zeros) else { return found }
                    continue
                }
                for (block, run) in stretch.sectors.sectorsByBlock {
                    let first = block * perBlock
                    let bytes = (first + UInt64(run.lowerBound)..<first + UInt64(run.upperBound)).bytes.clamped(to: range)
                    guard add(bytes, isZero: !held.contains(block)) else { return found }
                }
            }
            start = part.upperBound
        }
        return found
    }
}

extension Range<UInt64> {
    /// Of sectors.
    fileprivate var bytes: Range<UInt64> { lowerBound * UInt64(SectorBits.sectorBytes)..<upperBound * UInt64(SectorBits.sectorBytes) }
}
