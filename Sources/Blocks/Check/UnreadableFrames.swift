/// Keeps the places of frames that cannot be read while an index is made anew. They are suspect: collections keep their bytes, writers and
/// copies store their content anew, and what can be read again later is read.
struct UnreadableFrames {
    private static let framesPerStep = 1024

    let index: any FrameIndex
    /// The index that is being replaced, if it can be read.
    let previous: (any FrameIndex)?

    /// Takes those that stand nowhere else: `frames`, which their own headers name, and what the replaced index names in `ranges`, where no
    /// whole frame stands. Returns their addresses.
    func keep(_ frames: [IndexedFrame], in ranges: [RecoveryReport.Range]) throws -> Set<Digest> {
        var kept: Set<Digest> = []
        for (pack, ranges) in Dictionary(grouping: ranges, by: \.pack) { kept.formUnion(try keep(named(in: pack, ranges))) }
        return kept.union(try keep(frames))
    }

    /// Nothing when the replaced index cannot be read.
    private func named(in pack: PackID, _ ranges: [RecoveryReport.Range]) -> [IndexedFrame] {
        var frames: [IndexedFrame] = []
        let start = ranges.map(\.bytes.lowerBound).min() ?? 0
        try? previous?.forEachFrame(in: pack, after: max(start, 1) - 1, perStep: Self.framesPerStep) { frame in
            guard ranges.contains(where: { $0.bytes.contains(frame.location.offset) }) else { return }
            frames.append(IndexedFrame(address: frame.address, location: frame.location))
        }
        return frames
    }

    private func keep(_ frames: [IndexedFrame]) throws -> Set<Digest> {
        var kept: Set<Digest> = []
        for start in stride(from: 0, to: frames.count, by: Self.framesPerStep) {
            let batch = frames[start..<min(start + Self.framesPerStep, frames.count)]
            let known = try index.known(among: batch.map(\.address))
            let new = batch.filter { !known.contains($0.address) }
            if new.isEmpty { continue }
            // Suspect first: cut off in between, it is only a suspicion of something that is not there.
            try index.suspect(new.map(\.address))
            // Each pack with a length, as one that cannot be opened has none yet.
            try index.commit(new, indexedLengths: Dictionary(new.map { ($0.location.pack, 0) }) { first, _ in first })
            kept.formUnion(new.map(\.address))
        }
        return kept
    }
}
