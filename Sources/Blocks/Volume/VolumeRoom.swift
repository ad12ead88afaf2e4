import Synchronization

/// What a volume takes of the disk, and may take.
final class VolumeRoom: Sendable {
    private struct State {
        var allocated: UInt64
        /// Of what the disk had free when it was last asked.
        var credit: UInt64 = 0
    }

    private let folder: OverlayFolder
    private let state: Mutex<State>

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
                let room = free - min(free, options.reservedBytes)
                guard room >= bytes else {
                    throw VolumeError(.noSpace, "the disk has \(free) bytes free, of which volumes leave \(options.reservedBytes)")
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
