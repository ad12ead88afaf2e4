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

    package init(pack: PackID, offset: UInt64, storedLength: UInt32, plainLength: UInt32, kind: FrameKind, codec: FrameCodec) {
        self.pack = pack
        self.offset = offset
        self.storedLength = storedLength
        self.plainLength = plainLength
        self.kind = kind
        self.codec = codec
    }
}

/// A row of the index.
package struct IndexedFrame: Hashable, Sendable {
    package let address: Digest
    package let location: FrameLocation

    package init(address: Digest, location: FrameLocation) {
        self.address = address
        self.location = location
    }
}

/// Where the frames of a store are: a cache over the packs, which can be rebuilt from them.
///
/// The calls block and are made from the threads of a `DiskPool`, several at a time.
package protocol FrameIndex: Sendable {
    /// The locations of those addresses that are in the index.
    func locate(_ addresses: [Digest]) throws -> [Digest: FrameLocation]

    /// Adds frames and raises the indexed length of packs, in one transaction that is durable when this returns.
    ///
    /// The first location of an address wins. Up to its indexed length, a pack holds nothing that would have to be looked for.
    func commit(_ frames: [IndexedFrame], indexedLengths: [PackID: UInt64]) throws

    /// How far each pack is indexed.
    func indexedLengths() throws -> [PackID: UInt64]

    /// The frames of a pack that the index names, whose offset is greater than `offset`, ascending by offset.
    func frames(in pack: PackID, after offset: UInt64, limit: Int) throws -> [IndexedFrame]

    /// Forgets everything.
    func removeAll() throws
}
