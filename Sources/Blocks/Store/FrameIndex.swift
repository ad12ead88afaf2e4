/// Where a frame stands.
package struct FrameLocation: Hashable, Sendable {
    package let pack: PackID
    /// Of the frame's header, from the start of the pack.
    package let offset: UInt64
    /// Ciphertext and tag, without the header.
    package let storedLength: UInt32
    package let plainLength: UInt32
    package let kind: FrameKind
    package let codec: FrameCodec
    package let domain: SealDomainID

    package init(
        pack: PackID,
        offset: UInt64,
        storedLength: UInt32,
        plainLength: UInt32,
        kind: FrameKind,
        codec: FrameCodec,
        domain: SealDomainID = .open
    ) {
        self.pack = pack
        self.offset = offset
        self.storedLength = storedLength
        self.plainLength = plainLength
        self.kind = kind
        self.codec = codec
        self.domain = domain
    }
}

/// A row of the index.
package struct IndexedFrame: Hashable, Sendable {
    package let address: Digest
    package let location: FrameLocation
    /// The collection that last found the frame alive, or was the last to have begun when it was stored.
    package let generation: UInt64

    package init(address: Digest, location: FrameLocation, generation: UInt64 = 0) {
        self.address = address
        self.location = location
        self.generation = generation
    }
}

/// A frame that stands at a second place, to which its row is to be moved.
package struct Relocation: Hashable, Sendable {
    package let address: Digest
    package let from: FrameLocation
    package let to: FrameLocation

    package init(address: Digest, from: FrameLocation, to: FrameLocation) {
        self.address = address
        self.from = from
        self.to = to
    }
}

/// Where the frames of a store are: a cache over the packs, which can be rebuilt from them.
///
/// The calls block and are made from the threads of a `DiskPool`, several at a time.
package protocol FrameIndex: Sendable {
    /// The locations of those addresses that are in the index.
    func locate(_ addresses: [Digest]) throws -> [Digest: FrameLocation]

    /// Raises all frames of a domain to a generation, in transactions of any size.
    func mark(all domain: SealDomainID, generation: UInt64) throws

    /// Those of the addresses that are in the index with this generation or a later one: what a copy asks for each block of a disk, so
    /// cheaper than where they are. Each address is looked at once.
    func known(among addresses: [Digest], since generation: UInt64) throws -> Set<Digest>

    /// Adds frames and raises the indexed length of packs, in one transaction that is durable when this returns.
    ///
    /// The first location of an address wins, and so does the higher generation. Up to its indexed length, a pack holds nothing that
    /// would have to be looked for.
    func commit(_ frames: [IndexedFrame], indexedLengths: [PackID: UInt64]) throws

    /// How far each pack is indexed.
    func indexedLengths() throws -> [PackID: UInt64]

    /// The frames of a pack that the index names, whose offset is greater than `offset`, ascending by offset.
    func frames(in pack: PackID, after offset: UInt64, limit: Int) throws -> [IndexedFrame]

    /// Moves rows and raises the indexed length of packs, in one durable transaction: those rows that still stand where they are moved from.
    /// Returns how many were moved.
    @discardableResult
    func relocate(_ relocations: [Relocation], indexedLengths: [PackID: UInt64]) throws -> Int

    /// Forgets all frames, packs and suspicions.
    func removeAll() throws

    /// Throws when the index itself is damaged, so that what it does not name may be there all the same.
    func verify() throws

    // MARK: damage

    /// Notes durably that frames are damaged, or that something under them is: they are to be stored anew when their content comes
    /// again. Where they stand stays known, because there may be more to read under them.
    func suspect(_ addresses: [Digest]) throws

    /// Takes suspicions back, durably.
    func trust(_ addresses: [Digest]) throws

    /// Those of the addresses that are suspect; of all that there are for `nil`.
    func suspects(among addresses: [Digest]?) throws -> Set<Digest>

    // MARK: collecting

    /// The number of the last collection that was begun, 0 when there was none.
    func generation() throws -> UInt64

    /// Begins the next generation, durably, and returns its number.
    func beginGeneration() throws -> UInt64

    /// Raises frames to a generation, never lowers them. Returns the addresses that are not in the index.
    func mark(_ addresses: [Digest], generation: UInt64) throws -> Set<Digest>

    /// The kinds of those addresses that are in the index with a generation before `generation`.
    func stale(_ addresses: [Digest], before generation: UInt64) throws -> [Digest: FrameKind]

    /// At most `limit` pages or roots with a generation before `generation`.
    func staleMaps(_ kind: FrameKind, before generation: UInt64, limit: Int) throws -> [IndexedFrame]

    /// Forgets those of the addresses that have a generation before `generation`, suspicions included, in one durable transaction. Returns
    /// those that are forgotten.
    func remove(_ addresses: [Digest], before generation: UInt64) throws -> Set<Digest>

    /// Forgets a pack that has no frames; one that has some stays.
    func removePack(_ pack: PackID) throws
}

extension FrameIndex {
    /// Moves rows into packs whose lengths are known.
    @discardableResult
    package func relocate(_ relocations: [Relocation]) throws -> Int { try relocate(relocations, indexedLengths: [:]) }

    /// Those of the addresses that are in the index.
    package func known(among addresses: [Digest]) throws -> Set<Digest> { try known(among: addresses, since: 0) }
}
