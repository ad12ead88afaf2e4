import Synchronization

/// The domains of a store that can be opened now.
///
/// A key that is disabled makes its domain unreadable at once: what was opened counts until `generation` changes, and is asked for
/// anew then.
package final class SealDomains: Sendable {
    /// Keys change their state by calls, of which there are few while a block is read.
    private static let retriesMax = 8

    private struct State {
        var open: [SealDomainID: (domain: SealDomain, generation: UInt64)] = [:]
    }

    private let state = Mutex(State())
    private let generation: @Sendable () -> UInt64
    private let unlock: @Sendable (SealDomainID) async throws -> SealDomain

    /// Of a store without sealed domains.
    package convenience init() {
        self.init(generation: { 0 }, unlock: { throw StoreError(.locked, "the domain \($0) has no key here") })
    }

    /// `generation` is cheap and changes when a key may have become unusable; `unlock` throws when the key cannot be used.
    package init(generation: @escaping @Sendable () -> UInt64, unlock: @escaping @Sendable (SealDomainID) async throws -> SealDomain) {
        self.generation = generation
        self.unlock = unlock
    }

    /// The domain when its key is at hand.
    subscript(id: SealDomainID) -> SealDomain? {
        if id == .open { return .open }
        let now = generation()
        return state.withLock { state in
            guard let entry = state.open[id] else { return nil }
            guard entry.generation == now else {
                state.open[id] = nil
                return nil
            }
            return entry.domain
        }
    }

    /// Runs `body`, and again when these domains were let go of meanwhile because some key of the Region changed its state.
    ///
    /// Throws what `unlock` throws when it was the key of one of them.
    func keepingOpen<Value: Sendable>(_ ids: [SealDomainID], _ body: () async throws -> Value) async throws -> Value {
        for _ in 0..<Self.retriesMax {
            do {
                return try await body()
            } catch let error as StoreError where error.code == .locked {
                for id in ids { _ = try await require(id) }
            }
        }
        return try await body()
    }

    /// The domain, its key unwrapped if need be. Throws what `unlock` throws.
    package func require(_ id: SealDomainID) async throws -> SealDomain {
        if let domain = self[id] { return domain }
        // Read first: what changes while the key is being unwrapped makes the entry stale.
        let now = generation()
        let domain = try await unlock(id)
        state.withLock { $0.open[id] = (domain, now) }
        return domain
    }
}
