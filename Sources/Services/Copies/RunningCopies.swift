import Domain
import Synchronization

/// The copies that a reconciler is driving at this moment.
final class RunningCopies: Sendable {
    private let sources = Mutex<[CopyID: Region]>([:])

    /// How many come from each Region.
    var countsBySource: [Region: Int] {
        sources.withLock { sources in sources.values.reduce(into: [:]) { $0[$1, default: 0] += 1 } }
    }

    /// False when the copy is being driven already.
    func start(_ copy: SnapshotCopy) -> Bool {
        sources.withLock { $0.updateValue(copy.sourceRegion, forKey: copy.id) == nil }
    }

    func end(_ copy: SnapshotCopy) { sources.withLock { _ = $0.removeValue(forKey: copy.id) } }
}
