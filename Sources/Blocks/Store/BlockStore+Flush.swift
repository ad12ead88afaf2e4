import Synchronization

extension BlockStore {
    /// Returns when all writes of the epoch below `target` are durable and indexed.
    ///
    /// Whoever finds no round running leads one; the others wait for its end and look again. So any number of concurrent flushes
    /// cost one or two rounds.
    func flush(epoch: UInt64, target: UInt64) async throws {
        while true {
            switch try state.withLock({ try $0.flushStep(epoch: epoch, target: target) }) {
            case .done: return
            case .lead: await runRound()
            case .wait:
                await withCheckedContinuation { continuation in
                    if !state.withLock({ $0.waitForRound(continuation) }) { continuation.resume() }
                }
            }
        }
    }

    /// Returns when everything is durable that was appended so far.
    func flushAll() async throws {
        let (epoch, target) = state.withLock { ($0.epoch, $0.nextSequence) }
        try await flush(epoch: epoch, target: target)
    }

    /// One group commit. Runs to its end whatever becomes of the task that leads it, because others wait for it; whether it
    /// succeeded is told by the state.
    private func runRound() async {
        let fixed = state.withLock { $0.beginRound() }
        await withCheckedContinuation { continuation in
            if !state.withLock({ $0.waitForDrain(below: fixed.cut, continuation) }) { continuation.resume() }
        }
        var round = fixed
        state.withLock { $0.collect(&round) }
        do {
            try await makeDurable(round)
            state.withLock { $0.succeed(round) }
        } catch {
            await fail(error)
        }
        for waiter in state.withLock({ $0.endRound() }) { waiter.resume() }
    }

    /// Packs first, then the index: a row never names bytes that a power cut could take. The packs' names are durable since they were made.
    private func makeDurable(_ round: StoreState.Round) async throws {
        let index = index
        let statistics = statistics
        try await pool.runToEnd {
            do {
                for (file, _) in round.packs {
                    try file.sync()
                    statistics.synced()
                }
            } catch {
                throw RoundFailure(reason: "\(error)", diskFailed: true)
            }
            var lengths = round.abandoned
            for (file, length) in round.packs { lengths[file.id] = length }
            do {
                try index.commit(round.frames, indexedLengths: lengths)
                try index.mend(round.mended)
            } catch {
                throw RoundFailure(reason: "the index could not be written: \(error)", diskFailed: false)
            }
            statistics.committed()
        }
    }

    private func fail(_ error: any Error) async {
        let failure = error as? RoundFailure ?? RoundFailure(reason: "\(error)", diskFailed: false)
        let abandoned = state.withLock { $0.fail(failure.reason, diskFailed: failure.diskFailed) }
        statistics.lost()
        guard !abandoned.isEmpty else { return }
        let index = index
        do {
            try await pool.runToEnd { try index.commit([], indexedLengths: abandoned) }
            state.withLock { $0.forgetAbandoned(abandoned) }
        } catch {
            // The next round tells the index in its own transaction, before anyone is told that anything later is durable.
        }
    }
}

extension FrameIndex {
    /// Points the rows of suspect frames at the whole ones that were stored in their place, and then trusts them again. Cut off in
    /// between, they are stored once more.
    func mend(_ mended: [(frame: IndexedFrame, from: FrameLocation?)]) throws {
        if mended.isEmpty { return }
        try relocate(
            mended.compactMap { frame, from in from.map { Relocation(address: frame.address, from: $0, to: frame.location) } }
        )
        try trust(mended.map(\.frame.address))
    }
}

/// Why a round failed.
private struct RoundFailure: Error, CustomStringConvertible {
    let reason: String
    /// False when only the index failed: what is in the packs is durable then, and recovery may take it.
    let diskFailed: Bool

    var description: String { reason }
}
