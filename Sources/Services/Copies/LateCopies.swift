import Domain
import Foundation
import Synchronization

/// The time-based copies that are late and have been reported: each is reported once.
final class LateCopies: Sendable {
    private let reported = Mutex<Set<CopyID>>([])

    /// Whether a copy is late and has not been reported.
    // Not inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.
    @inline(never) func isNew(_ copy: SnapshotCopy, at now: Date) -> Bool {
        guard copy.target?.isOverdue(at: now) == true else { return false }
        return reported.withLock { $0.insert(copy.id).inserted }
    }

    /// The copy is driven no more.
    @inline(never) func forget(_ id: CopyID) { reported.withLock { _ = $0.remove(id) } }
}
