import NIOCore

extension VolumeDisk {
    /// Zeros that are fewer are read as data.
    private static let zerosMin = 64 << 10

    /// The bytes of a range, with long stretches of zeros told instead of filled in.
    package func read(_ range: Range<UInt64>) async throws -> [VolumePiece] {
        var stack = try check(range)
        while true {
            do {
                return try await stack.read(range, zerosMin: Self.zerosMin, pool)
            } catch let error as StoreError where error.isLostContent {
                // A base that was replaced meanwhile may have been collected.
                let newer = self.stack
                guard newer.base !== stack.base else { throw error }
                stack = newer
            }
        }
    }

    /// The bytes of a range.
    package func bytes(_ range: Range<UInt64>) async throws -> ByteBuffer {
        var result = ByteBuffer()
        result.reserveCapacity(range.count)
        for piece in try await read(range) {
            switch piece {
            case .data(var bytes): result.writeBuffer(&bytes)
            case .zeros(let count): result.writeRepeatingByte(0, count: count)
            }
        }
        return result
    }
}

extension VolumeStack {
    /// Of a range of bytes.
    func read(_ range: Range<UInt64>, zerosMin: Int, _ pool: DiskPool) async throws -> [VolumePiece] {
        if range.isEmpty { return [] }
        let size = UInt64(SectorBits.sectorBytes)
        let sectors = range.lowerBound / size..<(range.upperBound + size - 1) / size
        var (buffer, stretches) = try await VolumeDisk.blocking(pool) { try readLayers(sectors) }
        if buffer.readableBytes > 0 {
            for place in stretches.indices where stretches[place].source == .base {
                try await readBase(stretches[place].sectors, into: &buffer, at: sectors.lowerBound)
            }
        }
        return pieces(of: range, in: buffer, stretches, zerosMin: zerosMin)
    }

    /// The whole sectors of a range, with what the layers hold of them. Without bytes when they are zeros alone.
    private func readLayers(_ sectors: Range<UInt64>) throws -> (ByteBuffer, [Stretch]) {
        let stretches = try resolve(sectors)
        guard stretches.contains(where: { $0.source != .zeros }) else { return (ByteBuffer(), stretches) }
        let count = sectors.count * SectorBits.sectorBytes
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
            for stretch in stretches {
                let start = Int(stretch.sectors.lowerBound - sectors.lowerBound) * SectorBits.sectorBytes
                let part = UnsafeMutableRawBufferPointer(
                    rebasing: target[start..<start + stretch.sectors.count * SectorBits.sectorBytes]
                )
                switch stretch.source {
                case .layer(let place): try layers[place].read(into: part, sector: stretch.sectors.lowerBound)
                // SAFETY: a part of the buffer's own bytes.
                case .zeros, .base: part.initializeMemory(as: UInt8.self, repeating: 0)
                }
            }
            return count
        }
        return (buffer, stretches)
    }

    private func readBase(_ sectors: Range<UInt64>, into buffer: inout ByteBuffer, at first: UInt64) async throws {
        for (block, range) in sectors.sectorsByBlock {
            guard let bytes = try await base.block(block) else { continue }
            let start = Int(block * UInt64(SectorBits.sectorsPerBlock) + UInt64(range.lowerBound) - first) * SectorBits.sectorBytes
            let slice = bytes.readableBytesView.dropFirst(range.lowerBound * SectorBits.sectorBytes)
                .prefix(range.count * SectorBits.sectorBytes)
            buffer.setBytes(slice, at: buffer.readerIndex + start)
        }
    }

    private func pieces(of range: Range<UInt64>, in buffer: ByteBuffer, _ stretches: [Stretch], zerosMin: Int) -> [VolumePiece] {
        let size = UInt64(SectorBits.sectorBytes)
        let origin = range.lowerBound / size * size
        var pieces: [VolumePiece] = []
        var start = range.lowerBound
        func data(upTo end: UInt64) {
            guard start < end, let slice = buffer.getSlice(at: buffer.readerIndex + Int(start - origin), length: Int(end - start)) else {
                return
            }
            pieces.append(.data(slice))
        }
        for stretch in stretches where stretch.source == .zeros {
            let zeros = max(range.lowerBound, stretch.sectors.lowerBound * size)..<min(range.upperBound, stretch.sectors.upperBound * size)
            guard zeros.count >= zerosMin || buffer.readableBytes == 0 else { continue }
            data(upTo: zeros.lowerBound)
            pieces.append(.zeros(zeros.count))
            start = zeros.upperBound
        }
        data(upTo: range.upperBound)
        return pieces
    }
}
