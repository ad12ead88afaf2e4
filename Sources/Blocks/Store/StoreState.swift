/// What a store holds in memory between an append and its durability. Pure: no disk, no waiting; always behind one `Mutex`.
///
/// Every append takes a number, its sequence, together with its place. A round of flushing makes everything below a number durable,
/// the cut. Writes end in any order, so a round first waits until none below its cut is in flight.
///
/// When a round fails, the epoch ends: everything that is not durable is forgotten and its packs are left alone for good, since after a
/// failed fdatasync nobody can tell which of its bytes are on the disk. Writers of an ended epoch are refused from then on.
struct StoreState {
    /// A pack of this process that has something to flush or room to append.
    struct ActivePack {
        let file: PackFile
        var nextOffset: UInt64 = PackHeader.firstFrame
        /// Everything below is durable and indexed.
        var flushedOffset: UInt64 = PackHeader.firstFrame
    }

    /// Content that is on its way into the index.
    private enum Staged {
        case pending(WriteTicket)
        case written(sequence: UInt64, IndexedFrame)
    }

    enum Reservation {
        /// The caller owns the write now and must settle the ticket.
        case reserved(WriteTicket)
        /// Another caller is writing the same content.
        case joined(WriteTicket)
        /// Written already, and durable when all writes below `target` are.
        case present(target: UInt64, generation: UInt64)
    }

    struct Slot {
        let sequence: UInt64
        let file: PackFile
        let offset: UInt64
    }

    enum Allocation {
        case place(Slot)
        case needsPack
        case mustFlush
    }

    private struct WrittenFrame {
        let sequence: UInt64
        let frame: IndexedFrame
        let mending: Mending?
    }

    /// What a round of flushing does: sync these packs, then commit these frames and lengths.
    struct Round {
        let cut: UInt64
        let packs: [(file: PackFile, length: UInt64)]
        fileprivate(set) var frames: [IndexedFrame] = []
        /// Those of the frames that were suspect, and where they stood.
        fileprivate(set) var mended: [(frame: IndexedFrame, from: FrameLocation?)] = []
        let abandoned: [PackID: UInt64]
    }

    private(set) var epoch: UInt64 = 0
    var isClosed = false
    private var lossReason = ""
    private var current: ActivePack?
    /// Full packs that are not flushed to their end, oldest first.
    private var retired: [ActivePack] = []
    private var staged: [Digest: Staged] = [:]
    private var written: [WrittenFrame] = []
    private var inFlight: Set<UInt64> = []
    private(set) var nextSequence: UInt64 = 0
    private(set) var durableSequence: UInt64 = 0
    /// Packs of ended epochs and how far they must never be recovered, until the index has been told.
    private var abandoned: [PackID: UInt64] = [:]

    private var isFlushing = false
    private var roundWaiters: [CheckedContinuation<Void, Never>] = []
    private var drain: (cut: UInt64, continuation: CheckedContinuation<Void, Never>)?

    /// How many full packs may wait for a flush: it bounds what a sync has to write and what a crash can lose.
    static let retiredLimit = 2

    func check(_ epoch: UInt64) throws {
        guard epoch == self.epoch else {
            throw StoreError(.lostWrites, "writes of this writer were lost: \(lossReason)")
        }
    }

    // MARK: appending

    /// Looks content up among what is staged, and takes the right to write it when it is not there.
    mutating func reserve(_ address: Digest, epoch: UInt64) throws -> Reservation {
        try check(epoch)
        switch staged[address] {
        case .pending(let ticket): return .joined(ticket)
        case .written(let sequence, let frame): return .present(target: sequence + 1, generation: frame.generation)
        case nil: break
        }
        if isClosed { throw StoreError(.closed, "the store is closed") }
        let ticket = WriteTicket()
        staged[address] = .pending(ticket)
        return .reserved(ticket)
    }

    /// Takes the next place for a frame.
    ///
    /// A page or root never goes into a pack while an older one has frames that are not indexed: its blocks could be among them,
    /// and a crash could keep the page and lose the block. Within one pack recovery keeps only pages whose blocks it kept.
    mutating func allocate(_ payload: FramePayload, epoch: UInt64, packBytes: UInt64) throws -> Allocation {
        try check(epoch)
        if payload.kind != .block, !retired.isEmpty { return .mustFlush }
        guard var pack = current, !isFull(pack, for: payload, packBytes: packBytes) else {
            return retired.count >= Self.retiredLimit ? .mustFlush : .needsPack
        }
        let slot = Slot(sequence: nextSequence, file: pack.file, offset: pack.nextOffset)
        pack.nextOffset = FrameHeader.align(pack.nextOffset + payload.frameLength)
        current = pack
        nextSequence += 1
        inFlight.insert(slot.sequence)
        return .place(slot)
    }

    /// Pages and roots may run over the limit, so that they never open a pack behind a retired one.
    private func isFull(_ pack: ActivePack, for payload: FramePayload, packBytes: UInt64) -> Bool {
        payload.kind == .block && pack.nextOffset > PackHeader.firstFrame && pack.nextOffset + payload.frameLength > packBytes
    }

    /// Whether a caller that was told `needsPack` still needs one.
    func needsPack(for payload: FramePayload, epoch: UInt64, packBytes: UInt64) throws -> Bool {
        try check(epoch)
        guard let current else { return true }
        return isFull(current, for: payload, packBytes: packBytes)
    }

    /// Appends go to `file` from now on.
    mutating func open(_ file: PackFile, epoch: UInt64) throws {
        try check(epoch)
        if let full = current, full.flushedOffset < full.nextOffset { retired.append(full) }
        current = ActivePack(file: file)
    }

    /// A write has ended well; when its epoch has ended meanwhile, it is forgotten. The caller resumes what comes back.
    mutating func finish(_ slot: Slot, _ frame: IndexedFrame, mending: Mending?, epoch: UInt64) -> CheckedContinuation<Void, Never>? {
        inFlight.remove(slot.sequence)
        if epoch == self.epoch {
            staged[frame.address] = .written(sequence: slot.sequence, frame)
            written.append(WrittenFrame(sequence: slot.sequence, frame: frame, mending: mending))
        }
        return takeDrained()
    }

    /// A write was given up, before or after it took a place. What it took stays a gap.
    mutating func withdraw(_ address: Digest, _ ticket: WriteTicket, slot: Slot?) -> CheckedContinuation<Void, Never>? {
        // The address may have been staged anew by a later epoch: only the own reservation is taken back.
        if case .pending(let owner) = staged[address], owner === ticket { staged[address] = nil }
        if let slot { inFlight.remove(slot.sequence) }
        return takeDrained()
    }

    // MARK: looking up

    /// Where content is that is written and not in the index yet.
    func location(_ address: Digest) -> FrameLocation? {
        guard case .written(_, let frame) = staged[address] else { return nil }
        return frame.location
    }

    /// Whether content is being written, or written and not in the index yet.
    func isStaged(_ address: Digest) -> Bool { staged[address] != nil }

    /// The generation of content that is written and not in the index yet.
    func generation(_ address: Digest) -> UInt64? {
        guard case .written(_, let frame) = staged[address] else { return nil }
        return frame.generation
    }

    // MARK: collecting

    /// A collection's copy of a frame is written, or given up. Its row is moved after the next flush.
    mutating func finishMove(_ slot: Slot) -> CheckedContinuation<Void, Never>? {
        inFlight.remove(slot.sequence)
        return takeDrained()
    }

    /// Takes a pack out of use when everything in it is flushed, so that its space can be given back. False while it is in use.
    mutating func close(_ pack: PackID) -> Bool {
        if let current, current.file.id == pack {
            guard current.flushedOffset == current.nextOffset else { return false }
            self.current = nil
        }
        return !retired.contains { $0.file.id == pack }
    }

    // MARK: flushing

    enum FlushStep {
        case done
        case lead
        case wait
    }

    mutating func flushStep(epoch: UInt64, target: UInt64) throws -> FlushStep {
        try check(epoch)
        if durableSequence >= target { return .done }
        if isFlushing { return .wait }
        isFlushing = true
        return .lead
    }

    /// False when there is no round to wait for.
    mutating func waitForRound(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
        guard isFlushing else { return false }
        roundWaiters.append(continuation)
        return true
    }

    /// Fixes what the round is going to make durable.
    func beginRound() -> Round {
        let packs = (retired + [current].compactMap { $0 }).filter { $0.flushedOffset < $0.nextOffset }
        return Round(
            cut: nextSequence,
            packs: packs.map { ($0.file, $0.nextOffset) },
            abandoned: abandoned
        )
    }

    /// False when nothing below the cut is in flight.
    mutating func waitForDrain(below cut: UInt64, _ continuation: CheckedContinuation<Void, Never>) -> Bool {
        guard inFlight.contains(where: { $0 < cut }) else { return false }
        drain = (cut, continuation)
        return true
    }

    private mutating func takeDrained() -> CheckedContinuation<Void, Never>? {
        guard let waiting = drain, !inFlight.contains(where: { $0 < waiting.cut }) else { return nil }
        drain = nil
        return waiting.continuation
    }

    /// Called when nothing below the cut is in flight: the frames that the round commits.
    func collect(_ round: inout Round) {
        let cut = round.cut
        round.frames = written.lazy.filter { $0.sequence < cut }.map(\.frame)
        round.mended = written.lazy.filter { $0.sequence < cut }.compactMap { written in written.mending.map { (written.frame, $0.from) } }
    }

    /// The round's frames are durable and indexed.
    mutating func succeed(_ round: Round) {
        for frame in written where frame.sequence < round.cut {
            if case .written(let sequence, _) = staged[frame.frame.address], sequence == frame.sequence {
                staged[frame.frame.address] = nil
            }
        }
        written.removeAll { $0.sequence < round.cut }
        durableSequence = round.cut
        forgetAbandoned(round.abandoned)
        for (file, length) in round.packs {
            if let index = retired.firstIndex(where: { $0.file === file }) { retired[index].flushedOffset = length }
            if current?.file === file { current?.flushedOffset = length }
        }
        retired.removeAll { $0.flushedOffset == $0.nextOffset }
    }

    /// The index has been told.
    mutating func forgetAbandoned(_ told: [PackID: UInt64]) {
        for (pack, length) in told where abandoned[pack] == length { abandoned[pack] = nil }
    }

    /// Ends the epoch. When the disk failed, the packs' unindexed frames must never be recovered: their bytes may be in memory only, and
    /// look whole until they are evicted. Returns what the index is to be told.
    mutating func fail(_ reason: String, diskFailed: Bool) -> [PackID: UInt64] {
        if diskFailed {
            for pack in retired + [current].compactMap({ $0 }) { abandoned[pack.file.id] = pack.nextOffset }
        }
        epoch += 1
        lossReason = reason
        staged.removeAll()
        written.removeAll()
        retired.removeAll()
        current = nil
        durableSequence = nextSequence
        return abandoned
    }

    mutating func endRound() -> [CheckedContinuation<Void, Never>] {
        isFlushing = false
        defer { roundWaiters.removeAll() }
        return roundWaiters
    }
}
