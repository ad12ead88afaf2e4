import Blocks

/// What every `FrameIndex` must do, whatever it is made of. Returns what does not hold, in words.
package func checkFrameIndex(_ index: some FrameIndex, seed: UInt64) throws -> [String] {
    var broken: [String] = []
    func expect(_ holds: Bool, _ what: String) { if !holds { broken.append(what) } }
    var generator = SeededGenerator(seed: seed)

    expect(try index.locate([]).isEmpty, "nothing asked, nothing found")
    expect(try index.indexedLengths().isEmpty, "a new index has no packs")

    let packs = [PackID.random(), PackID.random()]
    var frames: [IndexedFrame] = []
    for number in 0..<2_500 {
        let kind: FrameKind = number % 100 == 0 ? .root : number % 10 == 0 ? .page : .block
        frames.append(
            IndexedFrame(
                address: Digest(sha256: generator.bytes(16)),
                location: FrameLocation(
                    pack: packs[number % 2],
                    offset: 8_192 + UInt64(number) * 1_000 + (number > 2_000 ? 1 << 33 : 0),
                    storedLength: UInt32.random(in: 16...600_000, using: &generator),
                    plainLength: UInt32.random(in: 0...UInt32(BlockSize.bytes), using: &generator),
                    kind: kind,
                    codec: number % 3 == 0 ? .raw : .zstd
                )
            )
        )
    }
    try index.commit(frames.shuffled(using: &generator), indexedLengths: [packs[0]: 5_000, packs[1]: 1 << 34])
    expect(try index.indexedLengths() == [packs[0]: 5_000, packs[1]: 1 << 34], "lengths are kept")

    let unknown = (0..<100).map { _ in Digest(sha256: generator.bytes(17)) }
    let found = try index.locate(frames.map(\.address) + unknown + [frames[0].address])
    expect(found == Dictionary(uniqueKeysWithValues: frames.map { ($0.address, $0.location) }), "every address is found, and no other")

    var moved = frames[7].location
    moved = FrameLocation(
        pack: packs[0],
        offset: moved.offset + 1,
        storedLength: moved.storedLength,
        plainLength: moved.plainLength,
        kind: moved.kind,
        codec: moved.codec
    )
    try index.commit([IndexedFrame(address: frames[7].address, location: moved)], indexedLengths: [packs[0]: 6_000])
    expect(try index.locate([frames[7].address])[frames[7].address] == frames[7].location, "the first location wins")
    expect(try index.indexedLengths()[packs[0]] == 6_000, "a length can be raised alone")
    try index.commit([], indexedLengths: [packs[0]: 1_000])
    expect(try index.indexedLengths()[packs[0]] == 6_000, "a length is never lowered")
    try index.commit([], indexedLengths: [:])

    for pack in packs {
        var listed: [IndexedFrame] = []
        while true {
            let next = try index.frames(in: pack, after: listed.last?.location.offset ?? 0, limit: 97)
            if next.isEmpty { break }
            expect(next.count <= 97, "the limit is kept")
            listed += next
        }
        let expected = frames.filter { $0.location.pack == pack }.sorted { $0.location.offset < $1.location.offset }
        expect(listed == expected, "the frames of a pack are listed in order")
    }
    expect(try index.frames(in: PackID.random(), after: 0, limit: 10).isEmpty, "an unknown pack has no frames")
    broken += try checkRelocation(index, frames)
    broken += try checkGenerations(index, frames)
    broken += try checkSuspects(index)

    try index.removeAll()
    expect(try index.locate(frames.map(\.address)).isEmpty, "removed frames are gone")
    expect(try index.indexedLengths().isEmpty, "removed packs are gone")
    return broken
}
