import Blocks
import Synchronization

/// Where a copy has committed its root: told inside the copy, and asked for behind it.
final class CommittedPlace: Sendable {
    private let address = Mutex<Digest?>(nil)

    // Not inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.
    @inline(never) func set(_ digest: Digest) { address.withLock { $0 = digest } }
    @inline(never) func require() -> Digest {
        guard let digest = address.withLock({ $0 }) else { preconditionFailure("a copy that returns has committed") }
        return digest
    }
}
