import Blocks
import Synchronization

/// An index in memory. What it holds counts as durable; commits can be made to fail.
package final class MemoryFrameIndex: FrameIndex {
    private struct State {
        var locations: [Digest: FrameLocation] = [:]
        var lengths: [PackID: UInt64] = [:]
        var commits = 0
        var commitFault: (@Sendable (Int) -> (any Error)?)?
    }

    private let state = Mutex(State())

    package init() {}

    /// Asked before each commit, with its number from 1; an error fails the commit and nothing of it is kept.
    package func failCommits(_ fault: (@Sendable (Int) -> (any Error)?)?) {
        state.withLock { $0.commitFault = fault }
    }

    package func locate(_ addresses: [Digest]) throws -> [Digest: FrameLocation] {
        state.withLock { state in
            addresses.reduce(into: [:]) { found, address in found[address] = state.locations[address] }
        }
    }

    package func commit(_ frames: [IndexedFrame], indexedLengths: [PackID: UInt64]) throws {
        let (number, fault) = state.withLock { state in
            state.commits += 1
            return (state.commits, state.commitFault)
        }
        if let error = fault?(number) { throw error }
        state.withLock { state in
            for frame in frames where state.locations[frame.address] == nil { state.locations[frame.address] = frame.location }
            state.lengths.merge(indexedLengths) { max($0, $1) }
        }
    }

    package func indexedLengths() throws -> [PackID: UInt64] { state.withLock { $0.lengths } }

    package func frames(in pack: PackID, after offset: UInt64, limit: Int) throws -> [IndexedFrame] {
        state.withLock { state in
            Array(
                state.locations.lazy.filter { $0.value.pack == pack && $0.value.offset > offset }
                    .map { IndexedFrame(address: $0.key, location: $0.value) }
                    .sorted { $0.location.offset < $1.location.offset }
                    .prefix(limit)
            )
        }
    }

    package func removeAll() throws {
        state.withLock { state in
            state.locations = [:]
            state.lengths = [:]
        }
    }

    /// Everything in the index.
    package var all: [Digest: FrameLocation] { state.withLock { $0.locations } }
}
