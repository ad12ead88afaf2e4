import Blocks

/// Rows move only from where they stand. `frames` are in the index, in two packs; they are afterwards where they were before.
func checkRelocation(_ index: some FrameIndex, _ frames: [IndexedFrame]) throws -> [String] {
    var broken: [String] = []
    func expect(_ holds: Bool, _ what: String) { if !holds { broken.append(what) } }
    let target = PackID.random()
    let moves = frames[20..<30].map { frame in
        Relocation(
            address: frame.address,
            from: frame.location,
            to: FrameLocation(
                pack: target,
                offset: frame.location.offset + 8,
                storedLength: frame.location.storedLength + 1,
                plainLength: frame.location.plainLength,
                kind: frame.location.kind,
                codec: .raw
            )
        )
    }
    let unknown = Relocation(address: Digest(sha256: [1]), from: moves[0].from, to: moves[0].to)
    expect(try index.relocate(moves + [unknown]) == 10, "rows that stand there are moved")
    let found = try index.locate(moves.map(\.address))
    expect(found == Dictionary(uniqueKeysWithValues: moves.map { ($0.address, $0.to) }), "moved frames are at the new place")
    expect(try index.frames(in: target, after: 0, limit: 100).count == 10, "the new pack lists them")
    expect(try index.relocate(moves) == 0, "rows that stand elsewhere stay")
    try index.removePack(target)
    expect(try index.indexedLengths()[target] != nil, "a pack with frames stays")
    expect(try index.relocate(moves.map { Relocation(address: $0.address, from: $0.to, to: $0.from) }) == 10, "rows can be moved back")
    try index.removePack(target)
    expect(try index.indexedLengths()[target] == nil, "a pack without frames can be removed")
    expect(try index.relocate(moves, indexedLengths: [target: 900]) == 10, "rows are moved with the pack's length")
    expect(try index.indexedLengths()[target] == 900, "the length of the pack is known with its frames")
    expect(try index.relocate(moves.map { Relocation(address: $0.address, from: $0.to, to: $0.from) }) == 10, "they can be moved back")
    try index.removePack(target)
    return broken
}

/// Marks, sweeps of what is not marked, and generations that only rise. Removes some of `frames`.
func checkGenerations(_ index: some FrameIndex, _ frames: [IndexedFrame]) throws -> [String] {
    var broken: [String] = []
    func expect(_ holds: Bool, _ what: String) { if !holds { broken.append(what) } }
    let before = try index.generation()
    let generation = try index.beginGeneration()
    expect(generation == before + 1, "generations are counted")
    expect(try index.generation() == generation, "the generation is kept")

    let unknown = Digest(sha256: [2])
    let marked = frames[100..<2_000].map(\.address)
    expect(try index.mark(marked + [unknown], generation: generation) == [unknown], "what is not there is told")
    expect(try index.mark(marked, generation: generation - 1).isEmpty, "a mark never lowers")
    expect(try index.stale(marked + [unknown], before: generation).isEmpty, "marked frames are not stale")
    let rest = Array(frames[..<100])
    let kinds = Dictionary(uniqueKeysWithValues: rest.map { ($0.address, $0.location.kind) })
    expect(try index.stale(frames[..<2_000].map(\.address), before: generation) == kinds, "unmarked frames are stale")

    let saved = IndexedFrame(address: rest[0].address, location: rest[0].location, generation: generation)
    try index.commit([saved], indexedLengths: [:])
    try index.commit([rest[0]], indexedLengths: [:])
    expect(try index.stale([saved.address], before: generation).isEmpty, "a frame that is stored again takes the higher generation")
    let listed = try index.frames(in: saved.location.pack, after: saved.location.offset - 1, limit: 1)
    expect(listed == [saved], "a listed frame has its generation")

    for kind in [FrameKind.page, .root] {
        let expected = Set((rest[1...] + frames[2_000...]).filter { $0.location.kind == kind }.map(\.address))
        expect(Set(try index.staleMaps(kind, before: generation, limit: 10_000).map(\.address)) == expected, "stale \(kind)s")
        expect(try index.staleMaps(kind, before: generation, limit: 3).count == 3, "stale \(kind)s, some")
    }
    let all = frames.map(\.address) + [unknown]
    let swept = Set(all).subtracting(marked).subtracting([saved.address, unknown])
    try index.suspect([rest[1].address, marked[0]])
    expect(try index.remove(all, before: generation) == swept, "stale frames are removed, and told")
    expect(try index.suspects(among: [rest[1].address, marked[0]]) == [marked[0]], "what is removed is not suspect any more")
    try index.trust([marked[0]])
    expect(Set(try index.locate(all).keys) == Set(marked + [saved.address]), "the others stay")
    try index.commit([rest[1]], indexedLengths: [:])
    expect(try index.locate([rest[1].address])[rest[1].address] == rest[1].location, "what was removed can come again")
    return broken
}
