import Domain

/// What an image or a snapshot takes of a Region. Stored bytes are frames in packs: sealed, compressed, each once.
package struct StorageUse: Sendable, Equatable {
    package enum Holder: Sendable, Equatable {
        case image(ImageID, name: String)
        case snapshot(SnapshotID)
    }

    package let holder: Holder
    /// Of an image: those of them that are completed.
    package let snapshots: [SnapshotID]
    /// The size of the volumes, or of the disk in a bundle.
    package let sizeBytes: Int64
    /// Plain bytes of the blocks that hold data, or the bytes of a bundle.
    package let dataBytes: Int64
    /// Stored bytes that a collection frees when this goes: an image with those of its snapshots that no other image uses.
    package let aloneBytes: Int64
    /// Stored bytes that stay then, because others hold them too.
    package let sharedBytes: Int64
}

/// What a Region's packs hold.
package struct RegionUsage: Sendable, Equatable {
    /// All frames that the index names.
    package var storedBytes: Int64 = 0
    package var frames: Int64 = 0
    /// Of the stored bytes, those that completed snapshots hold.
    package var snapshotBytes: Int64 = 0
    /// Those that only uploads and copies hold that are under way.
    package var unfinishedBytes: Int64 = 0
    /// Those that only objects in buckets hold.
    package var objectBytes: Int64 = 0
    /// Those that only volumes hold, whose snapshots are gone.
    package var volumeBytes: Int64 = 0
    /// What was written to volumes and is in no snapshot yet, as it stands in their own files.
    package var writtenBytes: Int64 = 0
    package var packs = 0
    /// The sizes of the files, with what is dead in them and not given back yet.
    package var packBytes: Int64 = 0
    /// Maps that are damaged or missing: what is under them counts as garbage.
    package var unreadableMaps = 0

    package init() {}

    /// Stored bytes that nothing holds.
    package var garbageBytes: Int64 { max(0, storedBytes - snapshotBytes - volumeBytes - objectBytes - unfinishedBytes) }
}
