import Synchronization

/// Moves a pack's frames to the pack that is appended to: opened, which proves them, and sealed anew for their new place.
///
/// The rows are moved when the new frames are on the disk, so at every moment a row names a frame that is whole.
struct PackRewrite: Sendable {
    private static let framesPerStep = 64

    let store: BlockStore
    let pack: PackID

    /// True when the index names nothing in the pack any more. Frames that do not open stay.
    func run(_ report: inout CollectionReport) async throws -> Bool {
        var last: UInt64 = 0
        var unreadable = 0
        while true {
            let after = last
            let frames = try await store.pool.run { [store, pack] in
                try store.indexing { try store.index.frames(in: pack, after: after, limit: Self.framesPerStep) }
            }
            guard let end = frames.last?.location.offset else { break }
            last = end
            unreadable += try await move(frames, &report)
        }
        report.framesUnreadable += unreadable
        return unreadable == 0
    }

    private func move(_ frames: [IndexedFrame], _ report: inout CollectionReport) async throws -> Int {
        let store = store
        let epoch = store.state.withLock { $0.epoch }
        var moves: [Relocation] = []
        var unreadable = 0
        for frame in frames {
            var outcome = Outcome.mustFlush
            while case .mustFlush = outcome {
                outcome = try await store.pool.run { try Self.move(frame, in: store, epoch: epoch) }
                if case .mustFlush = outcome {
                    try await store.flush(epoch: epoch, target: store.state.withLock { $0.nextSequence })
                }
            }
            switch outcome {
            case .moved(let location):
                moves.append(Relocation(address: frame.address, from: frame.location, to: location))
                report.bytesRewritten += location.frameLength
            case .unreadable: unreadable += 1
            case .mustFlush: break
            }
        }
        try await store.flush(epoch: epoch, target: store.state.withLock { $0.nextSequence })
        let moved = moves
        try await store.pool.run { try store.indexing { _ = try store.index.relocate(moved) } }
        return unreadable
    }

    private enum Outcome {
        case moved(FrameLocation)
        case unreadable
        case mustFlush
    }

    private static func move(_ frame: IndexedFrame, in store: BlockStore, epoch: UInt64) throws -> Outcome {
        let payload: FramePayload
        do {
            payload = try store.packs.file(frame.location.pack).open(frame)
        } catch is FrameDamage {
            // Or locked: what cannot be opened cannot be sealed anew.
            return .unreadable
        }
        guard let domain = store.packs.domains[frame.location.domain] else { return .unreadable }
        do {
            try store.checkSpace(for: payload, frame.address, keeping: store.options.reservedBytesOfCollections)
            guard let slot = try store.allocate(payload, epoch: epoch) else { return .mustFlush }
            defer { store.state.withLock { $0.finishMove(slot) }?.resume() }
            return .moved(try slot.file.put(payload, address: frame.address, at: slot.offset, in: domain))
        } catch let failure as IOFailure {
            throw StoreError(failure, address: frame.address)
        }
    }
}
