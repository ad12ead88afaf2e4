/// What a bundle may measure. The size of an image is EC2's rule; the others follow from it or bound what a stranger's manifest can cost.
package enum BundleLimits {
    /// 10 GiB, the largest root image of an instance-store image.
    package static let imageBytes: Int64 = 10 << 30
    /// 1 MiB. A manifest of the most parts has about 400 KiB.
    package static let manifestBytes = 1 << 20
    /// 10 GiB that do not compress make 1,025 parts of 10 MiB; other tools also make parts of 5 MiB.
    package static let parts = 2_048
    /// The largest image, with its sparse map and what gzip adds to bytes that do not compress.
    package static let bundledBytes: Int64 = imageBytes + (128 << 20)
    /// 10,485,760 bytes, what a part has that is written here; the last one has the rest.
    package static let partBytes = 10 << 20
    /// A file system with blocks of 4 KiB in which every second one of 10 GiB is a hole. A sparse map stands before its data, so it is
    /// held in memory: 16 bytes an extent, 20 MiB at most.
    package static let extents = 1_310_720
    /// A header that tells a name, a size or (in the older PAX forms) a sparse map: 4 MiB.
    static let extendedHeaderBytes: Int64 = 4 << 20
    /// Zeros behind the end of an archive, which fill its last record: tar's largest usual record is 1 MiB.
    static let trailingBytes: Int64 = 1 << 20
}
