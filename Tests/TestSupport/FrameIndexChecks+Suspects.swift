import Blocks

/// What every `FrameIndex` must do about damage. Returns what does not hold, in words.
func checkSuspects(_ index: some FrameIndex) throws -> [String] {
    var broken: [String] = []
    func expect(_ holds: Bool, _ what: String) { if !holds { broken.append(what) } }
    let some = (0..<1_500).map { Digest(sha256: [1, UInt8($0 % 256), UInt8($0 / 256)]) }
    expect(try index.suspects(among: nil).isEmpty, "a new index suspects nothing")
    try index.suspect(some)
    try index.suspect(Array(some.prefix(3)))
    expect(try index.suspects(among: nil) == Set(some), "every suspect is kept, once")
    expect(try index.suspects(among: [some[7], Digest(sha256: [9])]) == [some[7]], "what was not suspect is not")
    expect(try index.suspects(among: []).isEmpty, "nothing asked, nothing suspect")
    try index.trust(Array(some.dropLast(2)))
    try index.trust([])
    expect(try index.suspects(among: some) == Set(some.suffix(2)), "a suspect can be taken back")
    expect(try index.locate(some).isEmpty, "a suspect is no frame")
    try index.removeAll()
    expect(try index.suspects(among: nil).isEmpty, "an index made anew suspects nothing")
    return broken
}
