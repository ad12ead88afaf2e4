import Domain
import Foundation
import Metadata
import Sealing
import Synchronization

/// The KMS keys of one Region, as the rest of Ferry uses them: finds keys, makes data keys and opens them again.
///
/// Nothing is cached: every call reads the key's row, so a key that was disabled, or is to be deleted, stops at once. A holder of a plain
/// data key compares `generation` before it uses it: when it differs from the one read before the key was unwrapped, some key of the
/// Region has changed its state, and the holder unwraps again.
package final class KeyRing: Sendable {
    package let region: Region
    let database: Database
    let vault: Vault
    let clock: WallClock
    private let changes = Atomic<UInt64>(0)

    package init(region: Region, database: Database, vault: Vault, clock: WallClock) {
        self.region = region
        self.database = database
        self.vault = vault
        self.clock = clock
    }

    /// Counts the changes that made a key of the Region usable or unusable, in this process. Cheap: one load.
    package var generation: UInt64 { changes.load(ordering: .acquiring) }

    /// To be called when such a change is committed and before it is answered.
    func noteChange() { changes.add(1, ordering: .releasing) }
}
