import Domain
import Glibc
import Synchronization

/// The memory of the host that guests may take, and which of them have how much. All Regions of a server share it.
package final class GuestMemory: Sendable {
    package let limitMiB: Int
    private let taken = Mutex<[InstanceID: Int]>([:])

    package init(limitMiB: Int) { self.limitMiB = limitMiB }

    /// Three quarters of what the host has: the rest is for the server and the system.
    package static var standardMiB: Int { max(512, ((sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))) >> 20) * 3 / 4) }

    package var freeMiB: Int { taken.withLock { max(0, limitMiB - $0.values.reduce(0, +)) } }

    /// Takes memory for a guest that is to start; false when there is too little. One that has some keeps it.
    package func take(_ mib: Int, for id: InstanceID) -> Bool {
        taken.withLock { taken in
            guard taken[id] == nil else { return true }
            guard taken.values.reduce(mib, +) <= limitMiB else { return false }
            taken[id] = mib
            return true
        }
    }

    /// Notes what a guest has that runs already.
    package func note(_ mib: Int, of id: InstanceID) { taken.withLock { $0[id] = mib } }

    package func giveBack(of id: InstanceID) { taken.withLock { _ = $0.removeValue(forKey: id) } }
}
