/// Finds packs that are gone or cut though the index names frames in them, and suspects those frames and the maps over them: they are stored
/// anew when their content comes again.
struct LostPacks {
    private static let framesPerStep = 1024

    /// A pack that is gone or cut, and the frames of it that are lost.
    struct Lost {
        let pack: RecoveryReport.Lost
        let frames: Set<Digest>
    }

    let packs: PackCache
    let index: any FrameIndex

    func suspect(_ known: [PackID: UInt64]) throws -> [RecoveryReport.Lost] {
        let lost = try find(among: known)
        if lost.isEmpty { return [] }
        let frames = lost.reduce(into: Set<Digest>()) { $0.formUnion($1.frames) }
        // At the next start all of this is known.
        let new = frames.subtracting(try index.suspects(among: Array(frames)))
        if !new.isEmpty {
            try index.suspect(Array(new))
            try index.suspect(Array(try SuspectMaps(packs: packs, index: index).over(frames)))
        }
        return lost.map(\.pack)
    }

    /// `known` says how far each pack is indexed.
    func find(among known: [PackID: UInt64]) throws -> [Lost] {
        var result: [Lost] = []
        for (pack, length) in known.sorted(by: { $0.key < $1.key }) {
            let size = try size(of: pack)
            guard (size ?? 0) < length else { continue }
            let frames = try frames(in: pack, beyond: size ?? 0)
            // A collection deletes packs that hold nothing, and their rows after that.
            guard !frames.isEmpty else { continue }
            let damage: FrameDamage = size == nil ? .missingPack : .cutOff
            result.append(Lost(pack: .init(pack: pack, frames: frames.count, damage: damage), frames: frames))
        }
        return result
    }

    private func size(of pack: PackID) throws -> UInt64? {
        do {
            return try packs.storage.open(pack.fileName).size()
        } catch let failure where failure.isNotFound {
            return nil
        }
    }

    private func frames(in pack: PackID, beyond size: UInt64) throws -> Set<Digest> {
        var lost: Set<Digest> = []
        try index.forEachFrame(in: pack, perStep: Self.framesPerStep) { frame in
            if frame.location.offset + frame.location.frameLength > size { lost.insert(frame.address) }
        }
        return lost
    }
}

/// Which block maps of a store cannot be relied on.
struct SuspectMaps {
    let packs: PackCache
    let index: any FrameIndex

    /// The pages and roots over these frames, or over others that are not in the index, besides the frames themselves.
    func over(_ lost: Set<Digest>) throws -> Set<Digest> {
        var suspects = lost
        for kind in [FrameKind.page, .root] {
            let below = suspects
            for pack in try index.indexedLengths().keys {
                try index.forEachFrame(in: pack, perStep: 1024) { frame in
                    if frame.location.kind == kind, try isSuspect(frame, below) { suspects.insert(frame.address) }
                }
            }
        }
        return suspects
    }

    private func isSuspect(_ frame: IndexedFrame, _ below: Set<Digest>) throws -> Bool {
        do {
            let children = try packs.children(of: frame)
            return try children.contains(where: below.contains) || Set(children).count != known(children)
        } catch FrameDamage.locked {
            // Nobody can say: what was suspect stays so.
            return try !index.suspects(among: [frame.address]).isEmpty
        } catch is FrameDamage, is StoreError {
            return true
        }
    }

    private func known(_ children: [Digest]) throws -> Int { try index.known(among: Array(Set(children))).count }
}

extension FrameIndex {
    /// Runs `body` for each frame of a pack whose offset is greater than `start`, ascending. It may change the row of the frame
    /// that it is given.
    func forEachFrame(
        in pack: PackID,
        after start: UInt64 = 0,
        perStep limit: Int,
        _ body: (IndexedFrame) throws -> Void
    ) throws {
        var last = start
        while true {
            let frames = try frames(in: pack, after: last, limit: limit)
            guard let end = frames.last?.location.offset else { return }
            last = end
            for frame in frames { try body(frame) }
        }
    }
}
