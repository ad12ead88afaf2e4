import NIOCore
import Synchronization

/// Bounds the memory of long answers: what they are cut from is kept for those whose clients keep up, and read again for the others.
package final class AnswerBudget: Sendable {
    private struct Kept {
        var bytes: ByteBuffer
        /// Of the storage, which is there as long as any of it is kept.
        let size: Int
        var lastUse: Int
    }

    private struct State {
        var kept: [ObjectIdentifier: Kept] = [:]
        var held = 0
        /// Since memory was given back.
        var dropped = 0
        var uses = 0
        var answers = 0
        var peak = 0

        mutating func drop(_ answer: ObjectIdentifier) {
            if let gone = kept.removeValue(forKey: answer) { held -= gone.size }
        }
    }

    /// What an answer is cut into when there are many. A client that takes nothing holds two: one in its connection, and one that waits for it.
    package static let pieceBytes = 128 << 10
    /// So many answers go out uncut: each piece costs a copy, and a way to the connection's thread and back.
    package static let uncutAnswers = 4
    /// From here on it is worth while to give memory back when most of them have ended.
    private static let manyAnswers = 16

    private let bytes: Int
    private let onDrained: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - bytes: that all answers together keep.
    ///   - onDrained: called when most answers of many have ended, or as much was dropped as may be kept.
    package init(bytes: Int, onDrained: @escaping @Sendable () -> Void = {}) {
        self.bytes = bytes
        self.onDrained = onDrained
    }

    package var held: Int { state.withLock { $0.held } }

    package func open() -> Answer {
        state.withLock { state in
            state.answers += 1
            state.peak = max(state.peak, state.answers)
        }
        return Answer(of: self)
    }

    fileprivate func keep(_ buffer: ByteBuffer, for answer: ObjectIdentifier) {
        let isMuch = state.withLock { state in
            state.drop(answer)
            state.uses += 1
            state.kept[answer] = Kept(bytes: buffer, size: buffer.storageCapacity, lastUse: state.uses)
            state.held += buffer.storageCapacity
            // Whoever has waited for its client the longest reads again what it was cut from.
            while state.held > bytes, let slowest = state.kept.min(by: { $0.value.lastUse < $1.value.lastUse }) {
                state.dropped += slowest.value.size
                state.drop(slowest.key)
            }
            guard state.dropped >= bytes else { return false }
            state.dropped = 0
            return true
        }
        // What was dropped lies between pieces that are still to be sent.
        if isMuch { onDrained() }
    }

    fileprivate var hasMany: Bool { state.withLock { $0.answers > Self.uncutAnswers } }

    fileprivate func next(of answer: ObjectIdentifier) -> ByteBuffer? {
        let slice = state.withLock { state -> ByteBuffer? in
            guard var kept = state.kept[answer] else { return nil }
            if state.answers <= Self.uncutAnswers {
                state.drop(answer)
                return kept.bytes
            }
            let slice = kept.bytes.readSlice(length: min(kept.bytes.readableBytes, Self.pieceBytes))
            state.uses += 1
            kept.lastUse = state.uses
            if kept.bytes.readableBytes > 0 { state.kept[answer] = kept } else { state.drop(answer) }
            return slice
        }
        guard let slice else { return nil }
        // A slice keeps all that it was cut from.
        guard slice.readableBytes <= Self.pieceBytes, slice.storageCapacity > Self.pieceBytes else { return slice }
        var piece = ByteBuffer()
        piece.writeImmutableBuffer(slice)
        return piece
    }

    fileprivate func end(_ answer: ObjectIdentifier) {
        let isDrained = state.withLock { state in
            state.drop(answer)
            state.answers -= 1
            guard state.peak >= Self.manyAnswers, state.answers <= state.peak / 4 else { return false }
            state.peak = state.answers
            return true
        }
        if isDrained { onDrained() }
    }

    /// One answer; what is kept for it goes with the last reference.
    package final class Answer: Sendable {
        private let budget: AnswerBudget

        fileprivate init(of budget: AnswerBudget) { self.budget = budget }

        /// Keeps bytes to cut pieces from, as long as there is room.
        package func keep(_ bytes: ByteBuffer) { budget.keep(bytes, for: ObjectIdentifier(self)) }

        /// Whether there are so many answers that each is cut, and sent piece by piece as its connection has room.
        package var isAmongMany: Bool { budget.hasMany }

        /// The next piece of what is kept; nil when nothing is.
        package func next() -> ByteBuffer? { budget.next(of: ObjectIdentifier(self)) }

        deinit { budget.end(ObjectIdentifier(self)) }
    }
}
