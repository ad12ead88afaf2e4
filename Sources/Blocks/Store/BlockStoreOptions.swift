/// How a store behaves; the defaults fit a server.
package struct BlockStoreOptions: Sendable {
    /// A pack is closed before a block would take it over this.
    package var packBytes: UInt64
    /// Of zstd; 1 is the best trade on a push, where compression is the ceiling.
    package var compressionLevel: Int
    /// Packs that are kept open to be read.
    package var openPacks: Int
    /// Block map pages that are kept in memory, up to 33 KiB each.
    package var cachedPages: Int
    /// Free bytes of the disk that packs do not take: the databases beside them need some to say that it is full.
    package var reservedBytes: UInt64

    /// What a collection leaves of that: it gives more back than it takes.
    var reservedBytesOfCollections: UInt64 { reservedBytes / 4 }
    /// With less than this free, a collection takes the space of single frames back, too.
    var shortBytes: UInt64 { reservedBytes * 4 }

    package init(
        packBytes: UInt64 = 512 << 20,
        compressionLevel: Int = 1,
        openPacks: Int = 128,
        cachedPages: Int = 128,
        reservedBytes: UInt64 = 32 << 20
    ) {
        self.packBytes = packBytes
        self.compressionLevel = compressionLevel
        self.openPacks = openPacks
        self.cachedPages = cachedPages
        self.reservedBytes = reservedBytes
    }
}
