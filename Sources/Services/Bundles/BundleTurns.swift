import Domain
import Synchronization

/// Whose bundle is opened now for instances of a Region: each image's by one of them, and a few at once.
final class BundleTurns: Sendable {
    private static let atOnce = 2

    private let images = Mutex<Set<ImageID>>([])

    /// - Returns: false when another instance is at it, or others are enough.
    @inline(never) func take(_ image: ImageID) -> Bool {
        images.withLock { $0.count < Self.atOnce && $0.insert(image).inserted }
    }

    @inline(never) func giveBack(_ image: ImageID) { images.withLock { _ = $0.remove(image) } }
}
