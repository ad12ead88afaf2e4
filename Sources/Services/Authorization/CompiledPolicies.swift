import Domain
import Synchronization

/// The policies of keys, made ready to decide. They are kept by their text, so that one that many calls ask is read once.
package final class CompiledPolicies: Sendable {
    /// Some 2 MiB of small policies.
    private static let countMax = 1_000

    private let kept = Mutex<[String: CompiledPolicy]>([:])

    package init() {}

    /// - Throws: `PolicyError` for a text that is no policy, which none that was taken in is.
    func policy(_ text: String) throws(PolicyError) -> CompiledPolicy {
        if let known = find(text) { return known }
        let policy = try CompiledPolicy(resource: text)
        keep(policy, for: text)
        return policy
    }

    private func find(_ text: String) -> CompiledPolicy? { kept.withLock { $0[text] } }

    private func keep(_ policy: CompiledPolicy, for text: String) {
        kept.withLock { kept in
            if kept.count >= Self.countMax { kept.removeAll() }
            kept[text] = policy
        }
    }
}
