import Files

/// A disk in a file: how it is laid out, where it stands, and how large it is for the machine that it belongs to.
///
/// Its headers are within the bounds of its format, and it stands alone, unless what it refers to was followed. The file must stay as it
/// is until it has been converted.
package struct DiskImage: Sendable {
    package let path: String
    /// Never ``DiskFormat/ova``.
    package let format: DiskFormat
    /// Where the disk begins in the file; not 0 only in an OVA.
    package let offset: Int64
    /// Bytes of the file that hold it.
    package let length: Int64
    /// Bytes that the machine sees.
    package let virtualBytes: Int64
    /// The name of its file in an OVA.
    package let member: String?
    /// Whether it has no file at all: an OVA can name a disk of a size, which is all zeros.
    package let isEmpty: Bool
    /// What an OVA's manifest says that the bytes hash to.
    let digest: MemberDigest?
    let isDevice: Bool
    /// Whether files that it refers to are read.
    let isTrusted: Bool
    /// The file that holds the bytes of a qcow2 which holds tables alone.
    let dataFile: String?
    /// What was followed: the disks that show through where this one holds nothing.
    let backing: [DiskImage]

    /// The largest EBS volume: 16 TiB.
    package static let mostVirtualBytes: Int64 = 16 << 40

    /// Reads the headers of a file that anybody may have made. Blocks for a few reads.
    ///
    /// - Parameters:
    ///   - format: what it is said to be; found out when nil. Raw is never doubted: a guest can write any magic number into its disk.
    ///   - accepted: the formats that the caller takes.
    ///   - name: what the file is called where it comes from.
    ///   - following: whether the caller trusts the file with everything that this process can read: what it refers to becomes part of the
    ///     disk then.
    /// - Returns: one disk; of an OVA, its disks in the order of their OVF.
    package static func inspect(
        _ path: String,
        as format: DiskFormat? = nil,
        accepting accepted: Set<DiskFormat> = DiskFormat.imported,
        named name: String? = nil,
        following: Bool = false,
        mostVirtualBytes most: Int64 = mostVirtualBytes
    ) throws(DiskImageError) -> [DiskImage] {
        let file = try ImageFile(opening: path)
        let range = ImageRange(file)
        let found = format == .raw ? .raw : try range.detectFormat(named: format == nil ? name ?? PathText.name(of: path) : nil)
        if found.isPacked { throw DiskImageError(.format, "The file is packed with \(found.name): unpack it first.") }
        guard accepted.contains(found), found == .ova || found.driver != nil else {
            let names = DiskFormat.allCases.filter(accepted.contains).map(\.name).joined(separator: ", ")
            throw DiskImageError(.format, "The file is in \(found.name) format; \(names) are accepted.")
        }
        if let format, format != found { throw DiskImageError(.format, "The file is said to be \(format.name), and is \(found.name).") }
        guard found != .ova else { return try OVA(file).disks(accepting: accepted, mostVirtualBytes: most) }
        let layout = try range.layout(of: found, following ? .followed(from: path) : .refused)
        let disk = DiskImage(
            range,
            found,
            virtualBytes: try layout.bytes(most: most),
            isTrusted: following,
            dataFile: layout.dataFile,
            backing: following ? try BackingChain(below: layout, at: path).disks : []
        )
        return [disk]
    }

    init(
        _ range: ImageRange,
        _ format: DiskFormat,
        virtualBytes: Int64,
        member: String? = nil,
        digest: MemberDigest? = nil,
        isEmpty: Bool = false,
        isTrusted: Bool = false,
        dataFile: String? = nil,
        backing: [DiskImage] = []
    ) {
        path = range.file.path
        isDevice = range.file.isDevice
        offset = range.offset
        length = range.length
        self.format = format
        self.virtualBytes = virtualBytes
        self.member = member
        self.digest = digest
        self.isEmpty = isEmpty
        self.isTrusted = isTrusted
        self.dataFile = dataFile
        self.backing = backing
    }
}
