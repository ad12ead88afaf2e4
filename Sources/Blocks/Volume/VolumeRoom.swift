import Synchronization

/// What a volume takes of the disk, and may take. The more it takes, the more it leaves for others: a guest that floods its disk is stopped
/// while those that wrote little still find room, and the store does as well.
final class VolumeRoom: Sendable {
    private struct State {
        var allocated: UInt64
        /// Of what the disk had free when it was last asked.
        var credit: UInt64 = 0
    }

    private let folder: OverlayFolder
    private let state: Mutex<State>

    /// For so many bytes that a volume takes it leaves one more than the reserve.
    private static let takenPerLeft: UInt64 = 8

    /// So much may be written before the disk is asked again.
    private static let creditMax: UInt64 = 1 << 20

    init(_ folder: OverlayFolder, allocated: UInt64) {
        self.folder = folder
        state = Mutex(State(allocated: allocated))
    }

    var allocated: UInt64 { state.withLock { $0.allocated } }

    /// Throws when there is no room for so many more sectors. Blocks now and then.
    func check(_ sectors: Int) throws {
        let bytes = UInt64(sectors * SectorBits.sectorBytes)
        if bytes == 0 { return }
        let options = folder.options
        try state.withLock { state in
            guard state.allocated + bytes <= options.quotaBytes else {
                throw VolumeError(.noSpace, "the volume may take \(options.quotaBytes) bytes of the disk, and takes \(state.allocated)")
            }
            if state.credit < bytes {
                let free = try folder.storage.freeBytes()
                let left = options.reservedBytes + state.allocated / Self.takenPerLeft
                let room = free - min(free, left)
                guard room >= bytes else {
                    throw VolumeError(.noSpace, "the disk has \(free) bytes free, of which a volume of \(state.allocated) leaves \(left)")
                }
                state.credit = max(bytes, min(room, Self.creditMax))
            }
            state.credit -= bytes
        }
    }

    func take(_ sectors: Int) { state.withLock { $0.allocated += UInt64(sectors * SectorBits.sectorBytes) } }

    func give(_ sectors: Int) { give(bytes: UInt64(sectors * SectorBits.sectorBytes)) }

    func give(bytes: UInt64) { state.withLock { $0.allocated -= min($0.allocated, bytes) } }
}
