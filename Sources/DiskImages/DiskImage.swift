/// A disk in a file: how it is laid out, where it stands, and how large it is for the machine that it belongs to.
///
/// One that was inspected stands alone: nothing in it names another file, and its header is within the bounds of its format. The file
/// must stay as it is until it has been converted.
package struct DiskImage: Sendable {
    package let path: String
    /// Never ``DiskFormat/ova``.
    package let format: DiskFormat
    /// Where the disk begins in the file; not 0 only in an OVA.
    package let offset: Int64
    /// Bytes of the file that hold it.
    package let length: Int64
    /// Bytes that the machine sees; nil for one that was not inspected.
    package let virtualBytes: Int64?
    /// The name of its file in an OVA.
    package let member: String?
    /// What an OVA's manifest says that the bytes hash to. ``DiskConverter`` checks it before it converts.
    let digest: MemberDigest?
    /// Whether the file may name others, which are read then.
    let mayRefer: Bool

    /// The largest EBS volume: 16 TiB.
    package static let mostVirtualBytes: Int64 = 16 << 40

    /// A file that the caller trusts with everything that this process can read: what it refers to becomes part of the disk.
    package static func trusted(_ path: String, as format: DiskFormat) throws(DiskImageError) -> DiskImage {
        DiskImage(path: path, format: format, length: try ImageFile(opening: path).length, virtualBytes: nil, mayRefer: true)
    }

    /// Reads the headers of a file that anybody may have made. Blocks for a few reads.
    ///
    /// - Parameters:
    ///   - format: what it is said to be; found out when nil. Raw is never doubted: a guest can write any magic number into its disk.
    ///   - accepted: the formats that the caller takes.
    /// - Returns: one disk; of an OVA, its disks in the order of their OVF.
    package static func inspect(
        _ path: String,
        as format: DiskFormat? = nil,
        accepting accepted: Set<DiskFormat> = DiskFormat.imported,
        mostVirtualBytes most: Int64 = mostVirtualBytes
    ) throws(DiskImageError) -> [DiskImage] {
        let file = try ImageFile(opening: path)
        let range = ImageRange(file)
        let found = format == .raw ? .raw : try range.detectFormat()
        if found.isPacked { throw DiskImageError(.format, "The file is packed with \(found.name): unpack it first.") }
        guard accepted.contains(found), found == .ova || found.driver != nil else {
            let names = DiskFormat.allCases.filter(accepted.contains).map(\.name).joined(separator: ", ")
            throw DiskImageError(.format, "The file is in \(found.name) format; \(names) are accepted.")
        }
        if let format, format != found { throw DiskImageError(.format, "The file is said to be \(format.name), and is \(found.name).") }
        guard found == .ova else {
            return [DiskImage(path: path, format: found, length: range.length, virtualBytes: try range.virtualBytes(of: found, most: most))]
        }
        return try OVA(file).disks(mostVirtualBytes: most)
    }

    init(
        path: String,
        format: DiskFormat,
        offset: Int64 = 0,
        length: Int64,
        virtualBytes: Int64?,
        member: String? = nil,
        digest: MemberDigest? = nil,
        mayRefer: Bool = false
    ) {
        self.path = path
        self.format = format
        self.offset = offset
        self.length = length
        self.virtualBytes = virtualBytes
        self.member = member
        self.digest = digest
        self.mayRefer = mayRefer
    }
}

extension ImageRange {
    /// The size of the disk, after the headers were checked.
    func virtualBytes(of format: DiskFormat, most: Int64) throws(DiskImageError) -> Int64 {
        let bytes: UInt64
        switch format {
        case .raw: bytes = UInt64(length)
        case .vmdk: bytes = try VMDKHeader(self).virtualBytes
        case .vhd: bytes = try VHDHeader(self).virtualBytes
        case .vhdx: bytes = try VHDXHeader(self).virtualBytes
        case .qcow2: bytes = try QCOW2Header(self).virtualBytes
        case .qed: bytes = try QEDHeader(self).virtualBytes
        case .vdi: bytes = try VDIHeader(self).virtualBytes
        case .ova, .gzip, .xz, .zstd, .bzip2, .zip, .parallels:
            throw DiskImageError(.format, "\(format.name) is not a format of a disk.")
        }
        guard bytes > 0 else { throw DiskImageError(.content, "The disk has no bytes.") }
        guard bytes <= UInt64(most) else {
            throw DiskImageError(.size, "The disk has \(bytes) bytes, and \(most) are allowed.")
        }
        return Int64(bytes)
    }

    /// Throws when bytes of the disk would stand behind the end of the file. QEMU reads zeros there, so a file that was cut short would become
    /// a disk with holes in it, and no error. Reads the tables of the disk; of a VHD, QEMU looks for itself.
    func checkIsWhole(_ format: DiskFormat, _ cancellation: BlockingCalls.Cancellation) throws(DiskImageError) {
        switch format {
        case .vmdk: try VMDKGrains(self).check(cancellation)
        case .vhdx: try VHDXBlocks(self).check(cancellation)
        default: break
        }
    }
}
