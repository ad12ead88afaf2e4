import Domain
import Synchronization

/// Policies made ready to decide. They are kept by their text, so that one that many calls ask, or many identities have, is read once.
final class CompiledPolicies: Sendable {
    /// By its bytes: texts that Unicode takes for the same name different resources.
    private struct Text: Hashable {
        let bytes: [UInt8]
        let kind: Policy.Kind
        let ids: PrincipalIDs?
    }

    private struct Kept {
        var policies: [Text: CompiledPolicy] = [:]
        var textBytes = 0
    }

    private let textBytesMax: Int
    private let dropped: @Sendable () -> Void
    private let kept = Mutex(Kept())

    /// - Parameters:
    ///   - textBytesMax: of the documents whose policies are kept: what is made of one takes about ten times its size.
    ///   - dropped: told when all are let go, so that nothing else keeps them.
    init(textBytesMax: Int = 2 << 20, dropped: @escaping @Sendable () -> Void = {}) {
        self.textBytesMax = textBytesMax
        self.dropped = dropped
    }

    /// - Parameter ids: whom its principals are; nil where nobody has looked, and for what has none.
    /// - Throws: what is wrong with a text that is no policy, which none that was taken in is.
    func policy(_ text: String, _ kind: Policy.Kind, ids: PrincipalIDs? = nil) throws -> CompiledPolicy {
        let key = Text(bytes: Array(text.utf8), kind: kind, ids: ids)
        if let known = find(key) { return known }
        let policy =
            switch kind {
            case .identity, .trust: try PolicyDocument.kept(text, of: kind, ids: ids).policy
            case .resource: try CompiledPolicy(resource: text, ids: ids)
            }
        if keep(policy, for: key) { dropped() }
        return policy
    }

    // None is inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.

    @inline(never) private func find(_ key: Text) -> CompiledPolicy? { kept.withLock { $0.policies[key] } }

    /// - Returns: whether the others were let go for it; what is still asked for comes back at once.
    @inline(never) private func keep(_ policy: CompiledPolicy, for key: Text) -> Bool {
        let bytes = key.bytes.count
        return kept.withLock { kept in
            guard bytes <= textBytesMax, kept.policies[key] == nil else { return false }
            let isFull = kept.textBytes + bytes > textBytesMax
            if isFull { kept = Kept() }
            kept.policies[key] = policy
            kept.textBytes += bytes
            return isFull
        }
    }
}
