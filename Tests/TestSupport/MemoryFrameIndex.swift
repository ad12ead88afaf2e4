import Blocks
import Synchronization

/// An index in memory. What it holds counts as durable; its transactions can be made to fail.
package final class MemoryFrameIndex: FrameIndex {
    fileprivate struct State {
        var locations: [Digest: FrameLocation] = [:]
        var generations: [Digest: UInt64] = [:]
        var generation: UInt64 = 0
        var lengths: [PackID: UInt64] = [:]
        var suspects: Set<Digest> = []
        var damage: (any Error)?
        var commits = 0
        var commitFault: (@Sendable (Int) -> (any Error)?)?
        var beforeLocating: (@Sendable ([Digest]) -> Void)?
        var beforeStale: (@Sendable ([Digest]) -> Void)?
    }

    fileprivate let state = Mutex(State())

    private let tally: FaultTally?

    package init(tally: FaultTally? = nil) { self.tally = tally }

    /// Asked before each transaction that writes, with its number from 1; an error fails it and nothing of it is kept.
    package func failCommits(_ fault: (@Sendable (Int) -> (any Error)?)?) {
        state.withLock { $0.commitFault = fault }
    }

    /// Called before each look-up, on the thread that makes it; may block it.
    package func beforeLocating(_ body: (@Sendable ([Digest]) -> Void)?) { state.withLock { $0.beforeLocating = body } }

    /// Called before each look for what is not marked, on the thread that makes it.
    package func beforeStale(_ body: (@Sendable ([Digest]) -> Void)?) { state.withLock { $0.beforeStale = body } }

    package func locate(_ addresses: [Digest]) throws -> [Digest: FrameLocation] {
        state.withLock({ $0.beforeLocating })?(addresses)
        return state.withLock { state in
            addresses.reduce(into: [:]) { found, address in found[address] = state.locations[address] }
        }
    }

    package func mark(all domain: SealDomainID, generation: UInt64) throws {
        state.withLock { state in
            for (address, location) in state.locations where location.domain == domain {
                state.generations[address] = max(state.generations[address] ?? 0, generation)
            }
        }
    }

    package func known(among addresses: [Digest], since generation: UInt64) throws -> Set<Digest> {
        state.withLock({ $0.beforeLocating })?(addresses)
        return state.withLock { state in
            Set(addresses.filter { state.locations[$0] != nil && (state.generations[$0] ?? 0) >= generation })
        }
    }

    package func commit(_ frames: [IndexedFrame], indexedLengths: [PackID: UInt64]) throws {
        try countCommit()
        state.withLock { state in
            for frame in frames {
                if state.locations[frame.address] == nil { state.locations[frame.address] = frame.location }
                state.generations[frame.address] = max(state.generations[frame.address] ?? 0, frame.generation)
            }
            state.lengths.merge(indexedLengths) { max($0, $1) }
        }
    }

    package func indexedLengths() throws -> [PackID: UInt64] { state.withLock { $0.lengths } }

    package func frames(in pack: PackID, after offset: UInt64, limit: Int) throws -> [IndexedFrame] {
        state.withLock { state in
            Array(
                state.locations.filter { $0.value.pack == pack && $0.value.offset > offset }
                    .map { state.frame($0.key, $0.value) }
                    .sorted { $0.location.offset < $1.location.offset }
                    .prefix(limit)
            )
        }
    }

    package func verify() throws {
        if let failure = state.withLock({ $0.damage }) { throw failure }
    }

    /// What `verify` throws from now on.
    package func setDamage(_ error: (any Error)?) { state.withLock { $0.damage = error } }

    package func removeAll() throws {
        state.withLock { state in
            state.locations = [:]
            state.generations = [:]
            state.lengths = [:]
            state.suspects = []
        }
    }

    /// All that it holds at one moment, as a backup of the file would.
    package struct Backup: Sendable {
        fileprivate let state: State
    }

    package func backup() -> Backup { Backup(state: state.withLock { $0 }) }

    /// Goes back to what it was: the packs have moved on meanwhile.
    package func restore(_ backup: Backup) { state.withLock { $0 = backup.state } }

    package func relocate(_ relocations: [Relocation], indexedLengths: [PackID: UInt64]) throws -> Int {
        try countCommit()
        return state.withLock { state in
            for (pack, length) in indexedLengths { state.lengths[pack] = max(state.lengths[pack] ?? 0, length) }
            return relocations.count { relocation in
                guard state.locations[relocation.address] == relocation.from else { return false }
                state.locations[relocation.address] = relocation.to
                if state.lengths[relocation.to.pack] == nil { state.lengths[relocation.to.pack] = 0 }
                return true
            }
        }
    }

    package func suspect(_ addresses: [Digest]) throws { state.withLock { $0.suspects.formUnion(addresses) } }

    package func trust(_ addresses: [Digest]) throws { state.withLock { $0.suspects.subtract(addresses) } }

    package func suspects(among addresses: [Digest]?) throws -> Set<Digest> {
        state.withLock { state in addresses.map { state.suspects.intersection($0) } ?? state.suspects }
    }

    package func generation() throws -> UInt64 { state.withLock { $0.generation } }

    package func beginGeneration() throws -> UInt64 {
        try countCommit()
        return state.withLock { state in
            state.generation += 1
            return state.generation
        }
    }

    package func mark(_ addresses: [Digest], generation: UInt64) throws -> Set<Digest> {
        try countCommit()
        return state.withLock { state in
            for address in addresses where state.locations[address] != nil {
                state.generations[address] = max(state.generations[address] ?? 0, generation)
            }
            return Set(addresses.filter { state.locations[$0] == nil })
        }
    }

    package func stale(_ addresses: [Digest], before generation: UInt64) throws -> [Digest: FrameKind] {
        state.withLock({ $0.beforeStale })?(addresses)
        return state.withLock { state in
            addresses.reduce(into: [:]) { stale, address in
                if (state.generations[address] ?? 0) < generation { stale[address] = state.locations[address]?.kind }
            }
        }
    }

    package func staleMaps(_ kind: FrameKind, before generation: UInt64, limit: Int) throws -> [IndexedFrame] {
        state.withLock { state in
            Array(
                state.locations.filter { $0.value.kind == kind && (state.generations[$0.key] ?? 0) < generation }
                    .map { state.frame($0.key, $0.value) }
                    .prefix(limit)
            )
        }
    }

    package func remove(_ addresses: [Digest], before generation: UInt64) throws -> Set<Digest> {
        try countCommit()
        return state.withLock { state in
            let gone = Set(addresses.filter { state.locations[$0] != nil && (state.generations[$0] ?? 0) < generation })
            for address in gone {
                state.locations[address] = nil
                state.generations[address] = nil
            }
            state.suspects.subtract(gone)
            return gone
        }
    }

    package func removePack(_ pack: PackID) throws {
        try countCommit()
        state.withLock { state in
            if !state.locations.values.contains(where: { $0.pack == pack }) { state.lengths[pack] = nil }
        }
    }

    /// Every transaction that writes counts as a commit and can be made to fail.
    private func countCommit() throws {
        let (number, fault) = state.withLock { state in
            state.commits += 1
            return (state.commits, state.commitFault)
        }
        if let error = fault?(number) {
            tally?.add(.failedCommit)
            throw error
        }
    }

    /// Everything in the index.
    package var all: [Digest: FrameLocation] { state.withLock { $0.locations } }
}

extension MemoryFrameIndex.State {
    fileprivate func frame(_ address: Digest, _ location: FrameLocation) -> IndexedFrame {
        IndexedFrame(address: address, location: location, generation: generations[address] ?? 0)
    }
}
