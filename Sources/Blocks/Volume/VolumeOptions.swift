/// How a volume behaves; the defaults fit a server.
package struct VolumeOptions: Sendable {
    /// The most that the volume's own layers may take of the disk.
    package var quotaBytes: UInt64
    /// Free bytes of the disk that volumes do not take: the store and the rows beside them need some.
    package var reservedBytes: UInt64
    /// The most that the log of a layer takes.
    package var logBytes: UInt64
    /// Sectors written since the last flush up to which the next one puts them into the log, instead of syncing the data.
    package var loggedSectors: Int
    /// Pages of a layer's map that are kept in memory without need, 4 KiB each.
    package var cachedPages: Int
    /// Pages of a layer's map that may wait in memory for their place on the disk.
    package var waitingPages: Int
    /// Blocks of the base that are kept in memory.
    package var cachedBlocks: Int
    /// Layers that a volume may have: each is a point in time that is not in the base yet.
    package var layers: Int
    /// The run of the kernel.
    package var run: BootID

    package init(
        quotaBytes: UInt64 = .max,
        reservedBytes: UInt64 = 64 << 20,
        logBytes: UInt64 = 16 << 20,
        loggedSectors: Int = 128,
        cachedPages: Int = 128,
        waitingPages: Int = 768,
        cachedBlocks: Int = 4,
        layers: Int = 64,
        run: BootID = .current
    ) {
        self.quotaBytes = quotaBytes
        self.reservedBytes = reservedBytes
        self.logBytes = logBytes
        self.loggedSectors = loggedSectors
        self.cachedPages = cachedPages
        self.waitingPages = waitingPages
        self.cachedBlocks = cachedBlocks
        self.layers = layers
        self.run = run
    }
}
