import Blocks
import Domain
import Synchronization

/// A volume whose bytes are open for as long as somebody has this.
final class OpenVolume: Sendable {
    let disk: VolumeDisk
    private let id: VolumeID
    private let disks: VolumeDisks
    private let isOver = Atomic(false)

    init(_ disk: VolumeDisk, of id: VolumeID, in disks: VolumeDisks) {
        self.disk = disk
        self.id = id
        self.disks = disks
    }

    deinit {
        if isOver.load(ordering: .relaxed) { return }
        Task { [disks, id] in await disks.giveBack(id) }
    }

    /// Lets go of it, and returns when the volume is as its row says.
    func end() async {
        if isOver.exchange(true, ordering: .relaxed) { return }
        await disks.giveBack(id)
    }
}
