import Blocks
import NIOCore
import Synchronization
import Transfer

/// A source on the far side of a network: roots, pages and blocks come as bytes that nobody has proven yet.
///
/// Faults that it knows: a link that is cut, one that stands still, answers that are late, out of order, cut short, changed in one
/// byte, or meant for another request.
package final class FaultyLink: SnapshotSource {
    package enum Fault: Sendable, CaseIterable {
        /// The answer ends with an error.
        case cut
        /// The answer does not come until the link is released, or the caller has had enough.
        case stall
        /// The next two answers come before this one.
        case reorder
        case truncate
        case corrupt
        case slow
        /// The answer is the one to the first request.
        case wrongAnswer
    }

    package struct Request: Sendable {
        package let kind: FrameKind
        package let address: Digest
        /// How many requests there were, this one included.
        package let ordinal: Int
    }

    /// The connection broke off.
    package struct Cut: Error {}

    private struct State {
        var requests = 0
        var answers = 0
        /// Of the first answer.
        var first: Digest?
        var isReleased = false
        var stalled: [AsyncStream<Void>.Continuation] = []

        /// Counts an answer and returns which was the first of all.
        mutating func answered(_ address: Digest) -> Digest? {
            answers += 1
            if first == nil { first = address }
            return first
        }
    }

    private let store: BlockStore
    private let tally: FaultTally
    private let plan: @Sendable (Request) -> Fault?
    private let whenStalled: @Sendable () -> Void
    private let state = Mutex(State())

    /// `whenStalled` is called when an answer begins to wait.
    package init(
        _ store: BlockStore,
        tally: FaultTally = FaultTally(),
        whenStalled: @escaping @Sendable () -> Void = {},
        plan: @escaping @Sendable (Request) -> Fault? = { _ in nil }
    ) {
        self.store = store
        self.tally = tally
        self.whenStalled = whenStalled
        self.plan = plan
    }

    /// One request in so many meets a fault of one of these kinds.
    package static func plan(seed: UInt64, oneIn count: Int, of kinds: [Fault] = Fault.allCases) -> @Sendable (Request) -> Fault? {
        { request in
            var dice = SeededGenerator(seed: seed &+ UInt64(request.ordinal) &* 0x9e6c_63d0_876a_46ad)
            return dice.oneIn(count) ? kinds.randomElement(using: &dice) : nil
        }
    }

    package var requests: Int { state.withLock { $0.requests } }

    /// Lets go of everything that stands still, from now on.
    package func release() {
        let stalled = state.withLock { state in
            state.isReleased = true
            return state.stalled
        }
        for continuation in stalled { continuation.finish() }
    }

    // MARK: SnapshotSource

    package var isOpen: Bool { true }

    package func root(_ digest: Digest) async throws -> BlockMapRoot {
        let bytes = Array(try await answer(.root, digest).readableBytesView)
        return try BlockMapRoot(decoding: bytes.span.bytes)
    }

    package func page(_ digest: Digest) async throws -> BlockMapPage {
        let bytes = Array(try await answer(.page, digest).readableBytesView)
        return try BlockMapPage(decoding: bytes.span.bytes)
    }

    package func move(_ block: Digest, to writer: StoreWriter) async throws -> Bool {
        try await writer.put(try await answer(.block, block), expecting: block)
        return true
    }

    private func answer(_ kind: FrameKind, _ address: Digest) async throws -> ByteBuffer {
        let request = state.withLock { state in
            state.requests += 1
            return Request(kind: kind, address: address, ordinal: state.requests)
        }
        let fault = plan(request)
        if fault == .stall { try await stall() }
        if fault == .slow {
            tally.add(.slowAnswer)
            await wait(requests: request.ordinal + 6)
        }
        if fault == .reorder {
            let given = state.withLock { $0.answers }
            tally.add(.reorderedAnswer)
            await wait(answers: given + 2)
        }
        if fault == .cut {
            tally.add(.cutLink)
            throw Cut()
        }
        let first = state.withLock { $0.answered(address) }
        if fault == .wrongAnswer, let first, first != address {
            tally.add(.wrongAnswer)
            return try await store.read(first)
        }
        return damaged(try await store.read(address), by: fault, ordinal: request.ordinal)
    }

    private func damaged(_ whole: ByteBuffer, by fault: Fault?, ordinal: Int) -> ByteBuffer {
        guard fault == .truncate || fault == .corrupt else { return whole }
        var bytes = Array(whole.readableBytesView)
        let place = ordinal &* 7919 % max(1, bytes.count)
        if fault == .truncate {
            tally.add(.truncatedAnswer)
            bytes.removeSubrange(place...)
        } else {
            tally.add(.corruptAnswer)
            bytes[place] ^= 1 << UInt8(ordinal % 8)
        }
        return ByteBuffer(bytes: bytes)
    }

    /// Turns and not time: when nobody else asks for anything there is nothing to wait for.
    private func wait(requests: Int = 0, answers: Int = 0) async {
        for _ in 0..<300 {
            let isOver = state.withLock { $0.requests >= requests && $0.answers >= answers }
            if isOver { return }
            await Task.yield()
        }
    }

    private func stall() async throws {
        tally.add(.stalledLink)
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let isReleased = state.withLock { state in
            state.stalled.append(continuation)
            return state.isReleased
        }
        if isReleased { continuation.finish() }
        whenStalled()
        for await _ in stream {}
        try Task.checkCancellation()
    }
}
