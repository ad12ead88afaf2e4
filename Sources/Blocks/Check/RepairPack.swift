/// A pack that takes the whole frames of a repair.
struct RepairPack {
    private let file: PackFile
    private(set) var length = PackHeader.firstFrame
    private var mended: [(frame: IndexedFrame, from: FrameLocation?)] = []

    init(in storage: any PackStorage) throws { file = try PackFile.create(in: storage, domains: SealDomains()) }

    /// Writes a frame that is to take the place of the one at `from`.
    mutating func append(_ payload: FramePayload, _ address: Digest, from: FrameLocation) throws {
        let location = try file.put(payload, address: address, at: length, in: .open)
        mended.append((IndexedFrame(address: address, location: location), from))
        length = FrameHeader.align(length + payload.frameLength)
    }

    /// Makes the frames durable and then points the index at them. Cut off before its end, it leaves frames that nobody refers to, and
    /// the damage is found again.
    func commit(to index: any FrameIndex) throws {
        try file.sync()
        try index.commit([], indexedLengths: [file.id: length])
        try index.mend(mended)
    }
}
