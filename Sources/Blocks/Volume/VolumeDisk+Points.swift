import Files
import NIOCore
import Synchronization

/// Points in time, and how they come into the store.
extension VolumeDisk {
    /// Freezes several volumes at one point: no write that began after the end of one to any of them is in the points without that one.
    ///
    /// - Returns: their points, durable, in the volumes' order, and for how long writes had to wait.
    package static func freeze(_ disks: [VolumeDisk]) async throws -> (points: [VolumePoint], held: Duration) {
        // In one order everywhere, so that two of these never wait for each other.
        let ordered = Dictionary(disks.map { ($0.order, $0) }) { first, _ in first }.sorted { $0.key < $1.key }.map(\.value)
        for disk in ordered { await disk.flushing.enter(exclusive: true) }
        defer { for disk in ordered { disk.flushing.leave() } }
        var next: [UInt64: OverlayLayer] = [:]
        do {
            // What takes time is done before anybody waits.
            for disk in ordered {
                try await disk.flushAlone()
                next[disk.order] = try await disk.makeLayer()
            }
        } catch {
            for disk in ordered { if let layer = next[disk.order] { try? await disk.remove(layer) } }
            throw error
        }
        let clock = ContinuousClock()
        let begun = clock.now
        for disk in ordered { await disk.gate.enter(exclusive: true) }
        var points: [UInt64: VolumePoint] = [:]
        for disk in ordered { if let layer = next[disk.order] { points[disk.order] = disk.begin(layer) } }
        for disk in ordered { disk.gate.leave() }
        let held = clock.now - begun
        for disk in ordered {
            if let layer = next[disk.order], !disk.isActive(layer) { try await disk.remove(layer) }
            try await disk.settle()
        }
        return (disks.compactMap { points[$0.order] }, held)
    }

    private func makeLayer() async throws -> OverlayLayer {
        let (stack, active) = try open()
        guard stack.layers.count < options.layers else {
            throw VolumeError(.tooManyLayers, "the volume has \(stack.layers.count) points in time that are not in its base yet")
        }
        return try await blocking { [folder, domain] in try folder.create(active.number + 1, in: domain) }
    }

    private func remove(_ layer: OverlayLayer) async throws {
        try await blocking { [folder] in try folder.remove(layer.number) }
    }

    private func isActive(_ layer: OverlayLayer) -> Bool { stack.layers.first === layer }

    /// Has what follows written to a layer. One that covers nothing is as good as a new one. Nobody writes meanwhile.
    @inline(never) private func begin(_ layer: OverlayLayer) -> VolumePoint {
        state.withLock { state in
            guard let active = state.stack.layers.first, !active.isEmpty else {
                return VolumePoint(layer: layer.number - 2, volumeBytes: state.stack.volumeBytes)
            }
            state.stack.layers.insert(layer, at: 0)
            state.unsettled.append(active)
            return VolumePoint(layer: active.number, volumeBytes: state.stack.volumeBytes)
        }
    }

    /// The blocks of a point that are not as in the base: up to `limit`, at or behind `start`, ascending; and where to go on, nil at the
    /// end.
    package func dirtyBlocks(of point: VolumePoint, from start: UInt64 = 0, limit: Int) async throws -> (blocks: [UInt64], next: UInt64?) {
        let stack = try stack(at: point)
        return try await blocking { try stack.dirtyBlocks(from: start, limit: limit) }
    }

    /// Stores the blocks of a point that are not as in the base, and lays them over the base's map.
    ///
    /// The writer's session covers the base too: it is to begin while a row refers to that.
    ///
    /// - Parameters:
    ///   - copy: the base as it stands in the volume's own domain, when it is stored in another one.
    ///   - progress: told how many blocks have been begun.
    package func lay(
        _ point: VolumePoint,
        over copy: BlockMapRoot? = nil,
        with writer: StoreWriter,
        progress: (UInt64) async throws -> Void = { _ in }
    ) async throws -> VolumeLaying {
        let stack = try stack(at: point)
        // What is written to now is nobody's point: the layers of this one are gone, and others have their numbers.
        guard point.layer <= mergedThrough || point.layer < (self.stack.layers.first?.number ?? 0) else { throw Self.noPoint(point) }
        precondition(writer.domain.id == domain.id, "a volume is laid into its own domain")
        precondition(copy != nil || stack.base.root == nil || stack.base.domain.id == domain.id, "a map stands in one domain")
        var builder = try BlockMapBuilder(volumeBytes: point.volumeBytes, parent: copy ?? stack.base.root)
        var (blocks, place, next): (ArraySlice<UInt64>, UInt64, UInt64?) = ([], 0, 0)
        var count: UInt64 = 0
        let pool = pool
        try await writer.lay(into: &builder, window: 4) {
            while blocks.isEmpty, let from = next {
                let found = try await blocking { try stack.dirtyBlocks(from: from, limit: 1024) }
                (blocks, next) = (found.blocks[...], found.next)
            }
            guard let index = blocks.popFirst() else { return nil }
            (place, count) = (index, count + 1)
            try await progress(count)
            return PlacedBlock(index: place) { writer in
                let bytes = try await stack.block(index, pool)
                return ByteScan.isZero(bytes.readableBytesSpan) ? nil : try await writer.put(bytes)
            }
        }
        let (root, address) = try await writer.finish(&builder)
        return VolumeLaying(address: address, root: root, dirtyBlocks: count)
    }

    private func stack(at point: VolumePoint) throws -> VolumeStack {
        var stack = stack
        stack.layers.removeAll { $0.number > point.layer }
        stack.volumeBytes = point.volumeBytes
        // The layers of an older base are gone, or those of the point never were.
        let last = stack.layers.first?.number ?? (self.stack.layers.last?.number ?? 1) - 1
        guard last == point.layer else { throw Self.noPoint(point) }
        return stack
    }

    private static func noPoint(_ point: VolumePoint) -> VolumeError {
        VolumeError(.noSuchPoint, "the volume has no point in time at layer \(point.layer) that is not in its base")
    }

    /// How many blocks of a point are not as in the base.
    package func dirtyCount(of point: VolumePoint) async throws -> UInt64 {
        var (count, next): (UInt64, UInt64?) = (0, 0)
        while let start = next {
            let found = try await dirtyBlocks(of: point, from: start, limit: 4096)
            (count, next) = (count + UInt64(found.blocks.count), found.next)
        }
        return count
    }

    /// Puts the volume onto a base that holds its layers up to one, and removes these. Whoever calls has noted both: a volume that is
    /// opened is given them.
    package func rebase(onto address: Digest, mergedThrough: UInt64) async throws {
        let base = try await VolumeBase(address, in: store, domain: domain, cachedBlocks: options.cachedBlocks)
        try await flushing.exclusive {
            let merged = try replaceBase(base, mergedThrough: mergedThrough)
            try await blocking { [folder, room] in
                for layer in merged {
                    let bytes = try folder.allocatedBytes([layer.number])
                    try folder.remove(layer.number)
                    room.give(bytes: bytes)
                }
            }
        }
    }

    @inline(never) private func replaceBase(_ base: VolumeBase, mergedThrough: UInt64) throws -> [OverlayLayer] {
        try state.withLock { state in
            guard let active = state.stack.layers.first, active.number > mergedThrough,
                base.root?.volumeBytes ?? 0 <= state.stack.volumeBytes
            else { throw VolumeError(.noSuchPoint, "layer \(mergedThrough) of the volume cannot be in its base") }
            let merged = state.stack.layers.filter { $0.number <= mergedThrough }
            state.stack.layers.removeAll { $0.number <= mergedThrough }
            state.stack.base = base
            state.unsettled.removeAll { $0.number <= mergedThrough }
            return merged.reversed()
        }
    }
}

extension VolumeStack {
    /// A whole block, with zeros behind the end of the volume.
    fileprivate func block(_ index: UInt64, _ pool: DiskPool) async throws -> ByteBuffer {
        let start = index * UInt64(BlockSize.bytes)
        let end = min(start + UInt64(BlockSize.bytes), volumeBytes)
        var block = ByteBuffer()
        block.reserveCapacity(BlockSize.bytes)
        for piece in try await read(start..<end, zerosMin: BlockSize.bytes, pool) {
            switch piece {
            case .data(var bytes): block.writeBuffer(&bytes)
            case .zeros(let count): block.writeRepeatingByte(0, count: count)
            }
        }
        block.writeRepeatingByte(0, count: BlockSize.bytes - block.readableBytes)
        return block
    }
}
