import Blocks
import Synchronization

/// The keys of sealed domains, each made from a number; any of them can be taken away and given back.
package final class KeyBox: Sendable {
    package struct Unusable: Error {}

    private let state = Mutex((generation: UInt64(0), unusable: Set<SealDomainID>()))

    package init() {}

    package static func id(_ number: UInt8) -> SealDomainID {
        guard let id = SealDomainID(bytes: [UInt8](repeating: number, count: SealDomainID.byteCount)) else { preconditionFailure() }
        return id
    }

    package func disable(_ number: UInt8) { change { $0.insert(Self.id(number)) } }
    package func enable(_ number: UInt8) { change { $0.remove(Self.id(number)) } }

    /// Domains as a process knows them that has just begun.
    package func domains() -> SealDomains {
        SealDomains(generation: { self.state.withLock { $0.generation } }) { id in
            if self.state.withLock({ $0.unusable.contains(id) }) { throw Unusable() }
            return Self.domain(id)
        }
    }

    private static func domain(_ id: SealDomainID) -> SealDomain {
        let key = id.bytes + id.bytes.map { ~$0 }
        return key.withUnsafeBytes { SealDomain(id, dataKey: $0) }
    }

    private func change(_ body: (inout Set<SealDomainID>) -> Void) {
        state.withLock { state in
            body(&state.unusable)
            state.generation += 1
        }
    }
}
