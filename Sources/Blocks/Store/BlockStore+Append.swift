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
    /// Nothing was done: these are there and a collection has not found them alive. Touch them, then try again.
    case stale([Digest])
}

/// A payload, and for a page or root the addresses that must be in the store before it.
struct AppendContent {
    let payload: FramePayload
    let domain: SealDomain
    let children: [Digest]
}

/// Content that is stored anew because its frame is suspect.
struct Mending {
    /// Where the suspect frame stands; nil when the index has forgotten it.
    let from: FrameLocation?
}

extension BlockStore {
    /// Stores content under its address unless it is there. On a thread of the pool; `content` is called only when it is needed.
    ///
    /// The address is reserved before the index is asked: whoever stored it before is either still staged or found by the index.
    /// What is refused counts as absent while the index has it as stale.
    func append(
        _ address: Digest,
        by session: WriteSession,
        refusing refused: Set<Digest> = [],
        content: () throws -> AppendContent
    ) throws -> AppendOutcome {
        let ticket: WriteTicket
        switch try state.withLock({ try $0.reserve(address, epoch: session.epoch) }) {
        case .present(_, let generation) where session.touches && generation < session.generation:
            // Touched where it is then: in the index.
            return .mustFlush
        case .present(let target, _):
            statistics.present()
            return .present(target: target)
        case .joined(let other):
            return .joined(other)
        case .reserved(let own):
            ticket = own
        }
        var slot: StoreState.Slot?
        do {
            switch try standing(of: [address], for: session, refusing: refused) {
            case .complete:
                withdraw(address, ticket, slot: nil)
                ticket.settle(.stored(target: 0))
                statistics.present()
                return .present(target: 0)
            case .undecided(let outcome):
                return giveUp(address, ticket, outcome)
            case .incomplete:
                break
            }
            let content = try content()
            if let outcome = try check(content.children, of: address, for: session, refusing: refused) {
                return giveUp(address, ticket, outcome)
            }
            try checkSpace(for: content.payload, address)
            slot = try allocate(content.payload, epoch: session.epoch)
            guard let slot else { return giveUp(address, ticket, .mustFlush) }
            return try write(content.payload, address, slot, ticket, in: content.domain, mending: mending(address), by: session)
        } catch {
            let error = StoreError.told(error, address: address)
            withdraw(address, ticket, slot: slot)
            ticket.settle(.failed(error))
            throw error
        }
    }

    private func giveUp(_ address: Digest, _ ticket: WriteTicket, _ outcome: AppendOutcome) -> AppendOutcome {
        withdraw(address, ticket, slot: nil)
        ticket.settle(.retry)
        return outcome
    }

    /// Nil when a page or root may be stored; throws `incomplete` when what it lists is not there.
    private func check(
        _ children: [Digest],
        of address: Digest,
        for session: WriteSession,
        refusing refused: Set<Digest>
    ) throws -> AppendOutcome? {
        let staged = state.withLock { state in children.map { state.generation($0) } }
        if session.touches, staged.contains(where: { ($0 ?? session.generation) < session.generation }) { return .mustFlush }
        let unstaged = zip(children, staged).filter { $0.1 == nil }.map(\.0)
        switch try standing(of: unstaged, for: session, refusing: refused) {
        case .complete: return nil
        case .undecided(let outcome): return outcome
        case .incomplete(let missing):
            // When the epoch has ended meanwhile, what was written before went with it: that can be done again, unlike a wrong map.
            try state.withLock { try $0.check(session.epoch) }
            throw StoreError(
                .incomplete,
                "\(missing) of the \(children.count) frames under it are not in the store",
                address: address
            )
        }
    }

    private enum Standing {
        case complete
        case incomplete(missing: Int)
        case undecided(AppendOutcome)
    }

    /// Whether all of the addresses are in the index and sound, and safe from the collection that runs.
    private func standing(of addresses: [Digest], for session: WriteSession, refusing refused: Set<Digest>) throws -> Standing {
        if addresses.isEmpty { return .complete }
        // Whether one is there and whether it is marked is one question: in between, an older session could bring it unmarked.
        let found = try sound(addresses, since: session.touches ? session.generation : 0)
        let rest = addresses.filter { !found.contains($0) }
        if rest.isEmpty { return .complete }
        guard session.touches else { return .incomplete(missing: rest.count) }
        let stale = try stale(rest, before: session.generation).keys.filter { !refused.contains($0) }
        if !stale.isEmpty { return .undecided(.stale(stale)) }
        // What others mark between the two looks is in neither.
        let marked = try sound(rest, since: session.generation)
        let missing = rest.count { !marked.contains($0) }
        return missing == 0 ? .complete : .incomplete(missing: missing)
    }

    /// What a frame that is written now takes the place of.
    private func mending(_ address: Digest) throws -> Mending? {
        try suspects(among: [address]).isEmpty ? nil : Mending(from: try locate([address])[address])
    }

    private func write(
        _ payload: FramePayload,
        _ address: Digest,
        _ slot: StoreState.Slot,
        _ ticket: WriteTicket,
        in domain: SealDomain,
        mending: Mending?,
        by session: WriteSession
    ) throws -> AppendOutcome {
        let location = try slot.file.put(payload, address: address, at: slot.offset, in: domain)
        let frame = IndexedFrame(address: address, location: location, generation: session.generation)
        state.withLock { $0.finish(slot, frame, mending: mending, epoch: session.epoch) }?.resume()
        try state.withLock { try $0.check(session.epoch) }
        let bytes = Int(payload.frameLength)
        statistics.appended(bytes)
        ticket.settle(.stored(target: slot.sequence + 1))
        return .stored(bytes: bytes, target: slot.sequence + 1)
    }

    /// Leaves the last of the disk to the databases: whoever is told that the disk is full must be able to write that down.
    func checkSpace(for payload: FramePayload, _ address: Digest) throws {
        try checkSpace(for: payload, address, keeping: options.reservedBytes)
    }

    func checkSpace(for payload: FramePayload, _ address: Digest, keeping reserved: UInt64) throws {
        let free = try packs.storage.freeBytes()
        guard free >= reserved + UInt64(payload.storedLength) else {
            throw StoreError(
                .noSpace,
                "\(free) bytes are free, of which \(reserved) are kept for the databases",
                address: address,
                path: packs.storage.path
            )
        }
    }

    private func withdraw(_ address: Digest, _ ticket: WriteTicket, slot: StoreState.Slot?) {
        state.withLock { $0.withdraw(address, ticket, slot: slot) }?.resume()
    }
}
