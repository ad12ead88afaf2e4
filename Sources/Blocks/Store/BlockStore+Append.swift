import NIOCore
import Synchronization

/// What became of content that was to be stored.
enum AppendOutcome: Sendable {
    /// Stored by this call; durable when all writes below `target` are.
    case stored(bytes: Int, target: UInt64)
    /// Was there; durable when all writes below `target` are.
    case present(target: UInt64)
    /// Another call is storing the same content.
    case joined(WriteTicket)
    /// Nothing was done: flush, then try again.
    case mustFlush
}

/// A payload, and for a page or root the addresses that must be in the store before it.
struct AppendContent {
    let payload: FramePayload
    let children: [Digest]
}

/// Content that is stored anew because its frame is doubted.
struct Mending {
    /// Where the doubted frame stands; nil when the index has forgotten it.
    let from: FrameLocation?
}

extension BlockStore {
    /// Stores content under its address unless it is there. On a thread of the pool; `content` is called only when it is needed.
    ///
    /// The address is reserved before the index is asked: whoever stored it before is either still staged or found by the index.
    func append(
        _ address: Digest,
        epoch: UInt64,
        content: () throws -> AppendContent
    ) throws -> AppendOutcome {
        let ticket: WriteTicket
        switch try state.withLock({ try $0.reserve(address, epoch: epoch) }) {
        case .present(let target):
            statistics.present()
            return .present(target: target)
        case .joined(let other):
            return .joined(other)
        case .reserved(let own):
            ticket = own
        }
        var slot: StoreState.Slot?
        do {
            let found = try locate([address])[address]
            let isDoubted = try !doubted([address]).isEmpty
            if found != nil, !isDoubted {
                withdraw(address, ticket, slot: nil)
                ticket.settle(.stored(target: 0))
                statistics.present()
                return .present(target: 0)
            }
            let content = try content()
            let missing = try missing(content.children)
            guard missing.isEmpty else {
                // When the epoch has ended meanwhile, what was written before went with it: that can be done again, unlike a wrong map.
                try state.withLock { try $0.check(epoch) }
                throw StoreError(
                    .incomplete,
                    "\(missing.count) of the \(content.children.count) frames under it are not in the store",
                    address: address
                )
            }
            try checkSpace(for: content.payload, address)
            slot = try allocate(content.payload, epoch: epoch)
            guard let slot else {
                withdraw(address, ticket, slot: nil)
                ticket.settle(.retry)
                return .mustFlush
            }
            return try write(content.payload, address, slot, ticket, mending: isDoubted ? Mending(from: found) : nil, epoch: epoch)
        } catch {
            let error = (error as? IOFailure).map { StoreError($0, address: address) } ?? error
            withdraw(address, ticket, slot: slot)
            ticket.settle(.failed(error))
            throw error
        }
    }

    private func write(
        _ payload: FramePayload,
        _ address: Digest,
        _ slot: StoreState.Slot,
        _ ticket: WriteTicket,
        mending: Mending?,
        epoch: UInt64
    ) throws -> AppendOutcome {
        let bytes = try slot.file.seal(payload, address: address, at: slot.offset)
        try slot.file.write(bytes, at: slot.offset)
        let location = FrameLocation(
            pack: slot.file.id,
            offset: slot.offset,
            storedLength: payload.storedLength,
            plainLength: payload.plainLength,
            kind: payload.kind,
            codec: payload.codec
        )
        let frame = IndexedFrame(address: address, location: location)
        state.withLock { $0.finish(slot, frame, mending: mending, epoch: epoch) }?.resume()
        try state.withLock { try $0.check(epoch) }
        statistics.appended(bytes.readableBytes)
        ticket.settle(.stored(target: slot.sequence + 1))
        return .stored(bytes: bytes.readableBytes, target: slot.sequence + 1)
    }

    /// Leaves the last of the disk to the databases: whoever is told that the disk is full must be able to write that down.
    private func checkSpace(for payload: FramePayload, _ address: Digest) throws {
        let free = try packs.storage.freeBytes()
        guard free >= options.reservedBytes + UInt64(payload.storedLength) else {
            throw StoreError(
                .noSpace,
                "\(free) bytes are free, of which \(options.reservedBytes) are kept for the databases",
                address: address,
                path: packs.storage.path
            )
        }
    }

    private func withdraw(_ address: Digest, _ ticket: WriteTicket, slot: StoreState.Slot?) {
        state.withLock { $0.withdraw(address, ticket, slot: slot) }?.resume()
    }
}
