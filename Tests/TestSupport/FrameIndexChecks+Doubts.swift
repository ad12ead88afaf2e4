import Blocks

/// What every `FrameIndex` must do about damage. Returns what does not hold, in words.
func checkDoubts(_ index: some FrameIndex) throws -> [String] {
    var broken: [String] = []
    func expect(_ holds: Bool, _ what: String) { if !holds { broken.append(what) } }
    let some = (0..<1_500).map { Digest(sha256: [1, UInt8($0 % 256), UInt8($0 / 256)]) }
    expect(try index.doubts(among: nil).isEmpty, "a new index doubts nothing")
    try index.doubt(some)
    try index.doubt(Array(some.prefix(3)))
    expect(try index.doubts(among: nil) == Set(some), "every doubt is kept, once")
    expect(try index.doubts(among: [some[7], Digest(sha256: [9])]) == [some[7]], "what was not doubted is not")
    expect(try index.doubts(among: []).isEmpty, "nothing asked, nothing doubted")
    try index.trust(Array(some.dropLast(2)))
    try index.trust([])
    expect(try index.doubts(among: some) == Set(some.suffix(2)), "a doubt can be taken back")
    expect(try index.locate(some).isEmpty, "a doubt is no frame")
    try index.removeAll()
    expect(try index.doubts(among: nil).isEmpty, "an index made anew doubts nothing")
    return broken
}
