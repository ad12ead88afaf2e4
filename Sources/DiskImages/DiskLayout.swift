/// A disk as the headers of its format describe it, each within the bounds of the format.
protocol DiskLayout {
    /// Bytes that the machine sees.
    var virtualBytes: UInt64 { get }
    /// The disk that shows through where this one holds nothing.
    var backing: BackingReference? { get }
    /// The file beside it that holds the bytes, where its own holds tables alone.
    var dataFile: String? { get }

    /// Throws when something that the tables name would stand behind the end of its file. QEMU reads zeros there, so a file that was cut
    /// short would become a disk with holes in it, and no error. Reads all tables, in pieces.
    func checkIsWhole(_ cancellation: BlockingCalls.Cancellation) throws(DiskImageError)
}

extension DiskLayout {
    var backing: BackingReference? { nil }
    var dataFile: String? { nil }
}

/// A raw disk is its file: there is nothing that could be missing.
struct RawLayout: DiskLayout {
    let virtualBytes: UInt64

    func checkIsWhole(_ cancellation: BlockingCalls.Cancellation) {}
}

extension ImageRange {
    /// Reads the headers.
    func layout(of format: DiskFormat, _ references: References = .refused) throws(DiskImageError) -> any DiskLayout {
        switch format {
        case .raw: RawLayout(virtualBytes: UInt64(length))
        case .vmdk: try vmdkLayout(references)
        case .vhd: try VHDLayout(self)
        case .vhdx: try VHDXLayout(self)
        case .qcow2: try QCOW2Layout(self, references)
        case .qed: try QEDLayout(self, references)
        case .vdi: try VDILayout(self)
        case .ova, .gzip, .xz, .zstd, .bzip2, .zip, .parallels:
            throw DiskImageError(.format, "\(format.name) is not a format of a disk.")
        }
    }

    private func vmdkLayout(_ references: References) throws(DiskImageError) -> any DiskLayout {
        if case .followed = references, try VMDKDescriptor.isText(self) { return try VMDKExtents(self, references) }
        return try VMDKLayout(self, references)
    }
}

extension DiskLayout {
    /// The size of the disk, which has one.
    func bytes(most: Int64) throws(DiskImageError) -> Int64 {
        guard virtualBytes > 0 else { throw DiskImageError(.content, "The disk has no bytes.") }
        guard virtualBytes <= UInt64(most) else {
            throw DiskImageError(.size, "The disk has \(virtualBytes) bytes, and \(most) are allowed.")
        }
        return Int64(virtualBytes)
    }
}
