import Blocks
import Synchronization

/// An index in memory. What it holds counts as durable; commits can be made to fail.
package final class MemoryFrameIndex: FrameIndex {
    fileprivate struct State {
        var locations: [Digest: FrameLocation] = [:]
        var lengths: [PackID: UInt64] = [:]
        var commits = 0
        var commitFault: (@Sendable (Int) -> (any Error)?)?
        var beforeLocating: (@Sendable ([Digest]) -> Void)?
    }

    private let state = Mutex(State())

    private let tally: FaultTally?

    package init(tally: FaultTally? = nil) { self.tally = tally }

    /// Asked before each commit, with its number from 1; an error fails the commit and nothing of it is kept.
    package func failCommits(_ fault: (@Sendable (Int) -> (any Error)?)?) {
        state.withLock { $0.commitFault = fault }
    }

    /// Called before each look-up, on the thread that makes it; may block it.
    package func beforeLocating(_ body: (@Sendable ([Digest]) -> Void)?) { state.withLock { $0.beforeLocating = body } }

    package func locate(_ addresses: [Digest]) throws -> [Digest: FrameLocation] {
        state.withLock({ $0.beforeLocating })?(addresses)
        return state.withLock { state in
            addresses.reduce(into: [:]) { found, address in found[address] = state.locations[address] }
        }
    }

    package func commit(_ frames: [IndexedFrame], indexedLengths: [PackID: UInt64]) throws {
        let (number, fault) = state.withLock { state in
            state.commits += 1
            return (state.commits, state.commitFault)
        }
        if let error = fault?(number) {
            tally?.add(.failedCommit)
            throw error
        }
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

    /// All that it holds at one moment, as a backup of the file would.
    package struct Backup: Sendable {
        fileprivate let state: State
    }

    package func backup() -> Backup { Backup(state: state.withLock { $0 }) }

    /// Goes back to what it was: the packs have moved on meanwhile.
    package func restore(_ backup: Backup) { state.withLock { $0 = backup.state } }

    /// Everything in the index.
    package var all: [Digest: FrameLocation] { state.withLock { $0.locations } }
}
