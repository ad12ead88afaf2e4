/// The first bytes of an archive, and how much it may have of everything: what a reader allocates is bounded by these.
package enum ArchiveLimits {
    /// "FERRYIM", before the version.
    static let magic: [UInt8] = Array("FERRYIM".utf8)
    static let version: UInt8 = 1
    package static let metadataBytesMax = 1 << 20
    /// As many block devices as an image may map.
    package static let disksMax = 128
}
