import Blocks
import Glibc
import Synchronization

extension FaultyDisk {
    /// The disk as one process has it: nothing works any more after the next kill or power cut, while a later mount does.
    package struct Mount: PackStorage {
        private let disk: FaultyDisk
        private let life: Int

        fileprivate init(_ disk: FaultyDisk) {
            self.disk = disk
            life = disk.state.withLock { $0.life }
        }

        package var isAlive: Bool { disk.state.withLock { $0.life == life } }

        package var path: String { disk.path }

        package func prepare() throws(IOFailure) { try alive().prepare() }
        package func list() throws(IOFailure) -> [String] { try alive().list() }
        package func create(_ name: String) throws(IOFailure) -> any PackFileHandle { try alive().create(name) }
        package func open(_ name: String) throws(IOFailure) -> any PackFileHandle { try alive().open(name) }
        package func openToMend(_ name: String) throws(IOFailure) -> any PackFileHandle { try alive().openToMend(name) }
        package func remove(_ name: String) throws(IOFailure) { try alive().remove(name) }
        package func syncFolder() throws(IOFailure) { try alive().syncFolder() }
        package func allocatedBytes(_ name: String) throws(IOFailure) -> UInt64 { try alive().allocatedBytes(name) }
        package func punch(_ ranges: [Range<UInt64>], in name: String) throws(IOFailure) -> Bool { try alive().punch(ranges, in: name) }
        package func freeBytes() throws(IOFailure) -> UInt64 { try alive().freeBytes() }

        private func alive() throws(IOFailure) -> FaultyDisk {
            guard isAlive else { throw IOFailure(call: "any call of a dead process", path: path, errno: EIO) }
            return disk
        }
    }

    package func mount() -> Mount { Mount(self) }
}
