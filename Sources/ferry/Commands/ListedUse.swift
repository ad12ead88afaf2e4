import Domain
import Foundation
import Services

/// An image or a snapshot in the JSON of `ferry du`.
struct ListedUse: Encodable {
    var type: String
    var id: String
    var name: String?
    var region: String
    var snapshotIds: [String]?
    var sizeBytes: Int64
    var dataBytes: Int64
    var aloneBytes: Int64
    var sharedBytes: Int64

    init(_ use: StorageUse, region: Region) {
        switch use.holder {
        case .image(let image, let name):
            type = "image"
            id = image.rawValue
            self.name = name
            snapshotIds = use.snapshots.map(\.rawValue)
        case .snapshot(let snapshot):
            type = "snapshot"
            id = snapshot.rawValue
        }
        self.region = region.rawValue
        sizeBytes = use.sizeBytes
        dataBytes = use.dataBytes
        aloneBytes = use.aloneBytes
        sharedBytes = use.sharedBytes
    }
}

/// A Region in the JSON of `ferry du`.
struct ListedRegion: Encodable {
    var type = "region"
    var region: String
    var frames: Int64
    var garbageBytes: Int64
    var objectBytes: Int64
    var packBytes: Int64
    var packs: Int
    var snapshotBytes: Int64
    var storedBytes: Int64
    var unfinishedBytes: Int64
    var unreadableMaps: Int
    var volumeBytes: Int64
    var writtenBytes: Int64

    init(_ usage: RegionUsage, region: Region) {
        self.region = region.rawValue
        frames = usage.frames
        garbageBytes = usage.garbageBytes
        objectBytes = usage.objectBytes
        packBytes = usage.packBytes
        packs = usage.packs
        snapshotBytes = usage.snapshotBytes
        storedBytes = usage.storedBytes
        unfinishedBytes = usage.unfinishedBytes
        unreadableMaps = usage.unreadableMaps
        volumeBytes = usage.volumeBytes
        writtenBytes = usage.writtenBytes
    }
}

/// A JSON array that is written element by element, so that memory does not grow with it.
struct JSONListing {
    private let isUsed: Bool
    private var isEmpty = true

    init(isUsed: Bool) { self.isUsed = isUsed }

    mutating func add(_ element: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Terminal.say((isEmpty ? "[ " : ", ") + String(decoding: try encoder.encode(element), as: UTF8.self))
        isEmpty = false
    }

    func end() {
        if isUsed { Terminal.say(isEmpty ? "[]" : "]") }
    }
}
