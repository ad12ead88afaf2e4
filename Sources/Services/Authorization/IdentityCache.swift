import Synchronization

/// What has been made of IAM's rows, good as long as their number stands.
package final class IdentityCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Kept {
        var version: Int64 = 0
        var values: [Key: Value] = [:]
    }

    private let countMax: Int
    private let kept = Mutex(Kept())

    package init(countMax: Int = 10_000) { self.countMax = countMax }

    // None is inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.

    @inline(never) package func value(for key: Key, at version: Int64) -> Value? {
        kept.withLock { $0.version == version ? $0.values[key] : nil }
    }

    @inline(never) package func keep(_ value: Value, for key: Key, at version: Int64) {
        kept.withLock { kept in
            // Whoever has read before the last change comes too late.
            guard version >= kept.version else { return }
            if version > kept.version || kept.values.count >= countMax { kept.values = [:] }
            kept.version = version
            kept.values[key] = value
        }
    }

    @inline(never) package func dropAll() { kept.withLock { $0.values = [:] } }
}
