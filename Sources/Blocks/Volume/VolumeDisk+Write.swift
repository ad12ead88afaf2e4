import NIOCore

extension VolumeDisk {
    /// Writes bytes anywhere in the volume.
    package func write(_ bytes: ByteBuffer, at offset: UInt64) async throws {
        let range = offset..<offset + UInt64(bytes.readableBytes)
        _ = try check(range)
        if range.isEmpty { return }
        let size = UInt64(SectorBits.sectorBytes)
        if range.lowerBound % size == 0, range.upperBound % size == 0 {
            try await gate.shared { try await writeSectors(bytes, at: range.lowerBound / size) }
        } else {
            // Alone, since the rest of a sector goes through memory.
            try await gate.exclusive {
                let (padded, sector) = try await padded(bytes, range)
                try await writeSectors(padded, at: sector)
            }
        }
        try await flushWhenNeeded()
    }

    /// The bytes with what stands before and behind them in their sectors.
    private func padded(_ bytes: ByteBuffer, _ range: Range<UInt64>) async throws -> (ByteBuffer, sector: UInt64) {
        let size = UInt64(SectorBits.sectorBytes)
        let whole = range.lowerBound / size * size..<(range.upperBound + size - 1) / size * size
        var padded = try await self.bytes(whole.lowerBound..<range.lowerBound)
        padded.writeImmutableBuffer(bytes)
        var rest = try await self.bytes(range.upperBound..<whole.upperBound)
        padded.writeBuffer(&rest)
        return (padded, whole.lowerBound / size)
    }

    /// For those who are in the gate.
    private func writeSectors(_ bytes: ByteBuffer, at sector: UInt64) async throws {
        let (_, active) = try open()
        let sectors = sector..<sector + UInt64(bytes.readableBytes / SectorBits.sectorBytes)
        try await blocking { [room] in
            try room.check(try active.newSectors(in: sectors))
            room.take(try bytes.withUnsafeReadableBytes { try active.write($0, sector: sector) })
        }
    }

    /// Makes zeros of a range. They take no space.
    package func zero(_ range: Range<UInt64>) async throws {
        try await zero(range, edges: true)
    }

    /// Says that a range is not needed any more: its whole sectors become zeros.
    package func trim(_ range: Range<UInt64>) async throws {
        try await zero(range, edges: false)
    }

    private func zero(_ range: Range<UInt64>, edges: Bool) async throws {
        _ = try check(range, atMost: .max)
        let size = UInt64(SectorBits.sectorBytes)
        let sectors = (range.lowerBound + size - 1) / size..<max((range.lowerBound + size - 1) / size, range.upperBound / size)
        if edges {
            let head = range.lowerBound..<min(range.upperBound, sectors.lowerBound * size)
            let tail = min(range.upperBound, sectors.upperBound * size)..<range.upperBound
            for edge in [head, tail] where !edge.isEmpty {
                try await write(ByteBuffer(repeating: 0, count: edge.count), at: edge.lowerBound)
            }
        }
        let stride = UInt64(BlockSize.blocksPerPage * SectorBits.sectorsPerBlock)
        var start = sectors.lowerBound
        while start < sectors.upperBound {
            let end = min(sectors.upperBound, (start / stride + 1) * stride)
            let part = start..<end
            try await gate.shared { try await zeroSectors(part) }
            try await flushWhenNeeded()
            start = end
        }
    }

    /// Marks what does not read as zeros already. For those who are in the gate.
    private func zeroSectors(_ sectors: Range<UInt64>) async throws {
        let (stack, active) = try open()
        let perBlock = UInt64(SectorBits.sectorsPerBlock)
        let held = try await stack.base.dataBlocks(in: sectors.lowerBound / perBlock..<(sectors.upperBound + perBlock - 1) / perBlock)
        try await blocking {
            var runs: [Range<UInt64>] = []
            for (block, range) in sectors.sectorsByBlock {
                var rest = SectorBits.mask(range)
                var needed: UInt128 = 0
                for layer in stack.layers where rest != 0 {
                    let bits = try layer.bits(of: block)
                    needed |= bits.written & rest
                    rest &= ~bits.covered
                }
                if held.contains(block) { needed |= rest }
                for run in SectorBits.runs(of: needed) {
                    runs.appendJoining(block * perBlock + UInt64(run.lowerBound)..<block * perBlock + UInt64(run.upperBound))
                }
            }
            for run in runs { try active.zero(run) }
        }
    }

    /// Memory holds a bounded part of the map, however much is written without a flush.
    private func flushWhenNeeded() async throws {
        guard let active = stack.layers.first, active.wantsFlush else { return }
        try await flush()
    }
}
