import Domain
import Synchronization

/// The policies of resources, made ready to decide. They are kept by their text, so that one that many calls ask is read once.
package final class CompiledPolicies: Sendable {
    /// Some 2 MiB of small policies; at 20 KiB each, which few buckets have, some 20.
    private static let countMax = 1_000

    struct Compiled: Sendable {
        let policy: CompiledPolicy
        /// Whether it lets in everybody, by S3's meaning of public.
        let isPublic: Bool
    }

    private let kept = Mutex<[String: Compiled]>([:])

    package init() {}

    /// - Throws: `PolicyError` for a text that is no policy, which none that was taken in is.
    func policy(_ text: String) throws(PolicyError) -> Compiled {
        if let known = find(text) { return known }
        let policy = try Policy(parsing: Array(text.utf8))
        let compiled = Compiled(policy: CompiledPolicy(policy), isPublic: policy.isPublic)
        keep(compiled, for: text)
        return compiled
    }

    private func find(_ text: String) -> Compiled? { kept.withLock { $0[text] } }

    private func keep(_ compiled: Compiled, for text: String) {
        kept.withLock { kept in
            if kept.count >= Self.countMax { kept.removeAll() }
            kept[text] = compiled
        }
    }
}
