/// A pack that takes the whole frames of a repair.
struct RepairPack {
    private let file: PackFile
    private(set) var length = PackHeader.firstFrame
    private var frames: [(frame: IndexedFrame, from: FrameLocation?)] = []

    init(in storage: any PackStorage) throws { file = try PackFile.create(in: storage, domains: SealDomains()) }

    /// Writes a frame that is to take the place of the one at `from`, or that the index does not have.
    mutating func append(_ payload: FramePayload, _ address: Digest, from: FrameLocation?) throws {
        let location = try file.put(payload, address: address, at: length, in: .open)
        frames.append((IndexedFrame(address: address, location: location), from))
        length = FrameHeader.align(length + payload.frameLength)
    }

    /// Makes the frames durable and then points the index at them. Cut off before its end, it leaves frames that nobody refers to, and
    /// the damage is found again.
    func commit(to index: any FrameIndex) throws {
        try file.sync()
        // What is brought has maps over it: as alive as anything that the last collection found.
        let generation = try index.generation()
        let brought = frames.filter { $0.from == nil }.map {
            IndexedFrame(address: $0.frame.address, location: $0.frame.location, generation: generation)
        }
        // Nobody relies on a map before all that is under it was looked for.
        try index.suspect(brought.filter { $0.location.kind != .block }.map(\.address))
        try index.commit(brought, indexedLengths: [file.id: length])
        try index.mend(frames.filter { $0.from != nil || $0.frame.location.kind == .block })
    }
}

/// The packs that a repair writes, one after the other.
struct RepairTarget {
    let packs: PackCache
    let index: any FrameIndex
    let packBytes: UInt64
    private var current: RepairPack?

    init(packs: PackCache, index: any FrameIndex, packBytes: UInt64) {
        self.packs = packs
        self.index = index
        self.packBytes = packBytes
    }

    mutating func append(_ payload: FramePayload, _ address: Digest, from: FrameLocation?) throws {
        if let full = current, full.length + payload.frameLength > packBytes { try commit() }
        var pack = try current ?? RepairPack(in: packs.storage)
        try pack.append(payload, address, from: from)
        current = pack
    }

    mutating func commit() throws {
        try current?.commit(to: index)
        current = nil
    }
}
