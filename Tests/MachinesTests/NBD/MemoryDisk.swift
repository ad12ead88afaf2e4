import Machines
import NIOCore
import Synchronization

/// A guest's disk in memory, which knows which of its sectors were never written or were given back.
final class MemoryDisk: GuestDisk {
    struct State {
        var bytes: [UInt8]
        var held: Set<Int> = []
        var flushes = 0
        var failure: (any Error)?
        /// Calls that wait until they are let go.
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isHolding = false
        var reads = 0
    }

    static let sector = 4096
    let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(bytes: [UInt8](repeating: 0, count: count))) }

    var byteCount: UInt64 { UInt64(state.withLock { $0.bytes.count }) }
    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var flushes: Int { state.withLock { $0.flushes } }
    var heldSectors: Int { state.withLock { $0.held.count } }
    var reads: Int { state.withLock { $0.reads } }

    func fail(_ error: (any Error)?) { state.withLock { $0.failure = error } }

    /// Reads wait from now on.
    func hold() { state.withLock { $0.isHolding = true } }

    func letGo() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isHolding = false
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    var waiting: Int { state.withLock { $0.waiting.count } }

    func read(_ range: Range<UInt64>) async throws -> [GuestDiskPiece] {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                state.reads += 1
                if state.isHolding { state.waiting.append(continuation) }
                return state.isHolding
            }
            if !waits { continuation.resume() }
        }
        return try change { state in
            Self.extents(of: range, state.held).map { part, isZero in
                isZero ? .zeros(part.count) : .data(ByteBuffer(bytes: state.bytes[part]))
            }
        }
    }

    func write(_ bytes: ByteBuffer, at offset: UInt64) async throws {
        try change { state in
            let range = Int(offset)..<Int(offset) + bytes.readableBytes
            state.bytes.replaceSubrange(range, with: bytes.readableBytesView)
            state.held.formUnion(range.lowerBound / Self.sector...(range.upperBound - 1) / Self.sector)
        }
    }

    func zero(_ range: Range<UInt64>) async throws {
        try change { state in
            let range = Int(range.lowerBound)..<Int(range.upperBound)
            state.bytes.replaceSubrange(range, with: repeatElement(0, count: range.count))
            let (first, end) = ((range.lowerBound + Self.sector - 1) / Self.sector, range.upperBound / Self.sector)
            if first < end { state.held.subtract(first..<end) }
        }
    }

    func trim(_ range: Range<UInt64>) async throws { try await zero(range) }

    func flush() async throws { try change { $0.flushes += 1 } }

    func extents(_ range: Range<UInt64>, limit: Int) async throws -> [GuestDiskExtent] {
        try change { state in
            Self.extents(of: range, state.held).prefix(limit).map { GuestDiskExtent(length: UInt64($0.0.count), isZero: $0.1) }
        }
    }

    private func change<Value>(_ body: (inout State) throws -> Value) throws -> Value {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            return try body(&state)
        }
    }

    private static func extents(of range: Range<UInt64>, _ held: Set<Int>) -> [(Range<Int>, Bool)] {
        var found: [(Range<Int>, Bool)] = []
        var place = Int(range.lowerBound)
        while place < Int(range.upperBound) {
            let end = min(Int(range.upperBound), (place / sector + 1) * sector)
            let isZero = !held.contains(place / sector)
            if let last = found.last, last.1 == isZero {
                found[found.count - 1] = (last.0.lowerBound..<end, isZero)
            } else {
                found.append((place..<end, isZero))
            }
            place = end
        }
        return found
    }
}
