import Files

/// How a disk is laid out in a file.
package enum DiskFormat: String, Hashable, Sendable, CaseIterable {
    case raw
    case vmdk
    case vhd
    case vhdx
    /// A tar archive of an OVF and its disks.
    case ova
    // What EC2 does not import and the command line reads.
    case qcow2
    case qed
    case vdi
    // What disks are often packed into, and what is no disk that can be read here.
    case gzip
    case xz
    case zstd
    case bzip2
    case zip
    case parallels

    /// The formats that EC2 imports.
    package static let imported: Set<DiskFormat> = [.raw, .vmdk, .vhd, .vhdx, .ova]
    /// The formats that are read here.
    package static let readable: Set<DiskFormat> = imported.union([.qcow2, .qed, .vdi])

    /// Reads EC2's `Format`, in any case: awspub says `vmdk`.
    package init?(ec2Name: String) {
        guard let format = Self.imported.first(where: { $0.rawValue == ec2Name.lowercased() }) else { return nil }
        self = format
    }

    /// The name in errors, and EC2's where it has one.
    package var name: String {
        switch self {
        case .raw, .vmdk, .vhd, .vhdx, .ova, .qed, .vdi, .zip: rawValue.uppercased()
        case .parallels: "Parallels"
        case .qcow2, .gzip, .xz, .zstd, .bzip2: rawValue
        }
    }

    /// Whether the file must be unpacked before it is a disk.
    package var isPacked: Bool {
        switch self {
        case .gzip, .xz, .zstd, .bzip2, .zip: true
        default: false
        }
    }

    /// The driver of qemu-img that reads it.
    var driver: String? {
        switch self {
        case .raw, .vmdk, .vhdx, .qcow2, .qed, .vdi: rawValue
        case .vhd: "vpc"
        case .ova, .gzip, .xz, .zstd, .bzip2, .zip, .parallels: nil
        }
    }
}

extension DiskFormat {
    /// Bytes at a file's start that ``detect(head:tail:)`` looks at.
    package static let headBytes = 4_096
    /// Bytes at a file's end that ``detect(head:tail:)`` looks at.
    package static let tailBytes = 512

    /// Tells the format by the magic numbers in a file's first 4 KiB and last 512 bytes; whatever has none is raw.
    package static func detect(head: [UInt8], tail: [UInt8]) -> DiskFormat {
        for (magic, offset, format) in magics where head.dropFirst(offset).starts(with: magic) { return format }
        // Old archives, and the labels of some, have no magic number.
        if TarMembers.isHeader(head) { return .ova }
        // A fixed VHD is a raw disk with a footer behind it.
        return tail.count == tailBytes && tail.starts(with: VHDHeader.magic) ? .vhd : .raw
    }

    /// The same of a file, whose name counts as well. Blocks for a few reads.
    package static func detect(in path: String) throws(DiskImageError) -> DiskFormat {
        try ImageRange(ImageFile(opening: path)).detectFormat(named: PathText.name(of: path))
    }

    /// Throws when a file without any magic number is called as if it had one. A fixed VHD has its footer at its end, so that one that was cut
    /// short looks like a raw disk.
    package static func checkIsRaw(named name: String) throws(DiskImageError) {
        let suffix = name.split(separator: ".").dropFirst().last?.lowercased()
        guard let format = suffix.flatMap({ suffixes[$0] }) else { return }
        throw DiskImageError(
            .format,
            "The file is called .\(suffix ?? "") and has nothing of \(format.name) in it: it is damaged, was cut short, or is one part of a disk."
        )
    }

    private static let suffixes: [String: DiskFormat] = [
        "vmdk": .vmdk, "vhd": .vhd, "vpc": .vhd, "vhdx": .vhdx, "ova": .ova, "qcow2": .qcow2, "qed": .qed, "vdi": .vdi,
        "gz": .gzip, "xz": .xz, "zst": .zstd, "bz2": .bzip2, "zip": .zip,
    ]

    /// Whether a file's name says that it is a disk without a format.
    package static func isRaw(named name: String) -> Bool { [".raw", ".img", ".dd"].contains { name.lowercased().hasSuffix($0) } }

    private static let magics: [(magic: [UInt8], offset: Int, format: DiskFormat)] = [
        (VMDKHeader.magic, 0, .vmdk), (Array("COWD".utf8), 0, .vmdk), (Array("# Disk DescriptorFile".utf8), 0, .vmdk),
        (VHDHeader.magic, 0, .vhd), (VHDXHeader.magic, 0, .vhdx), (Array("ustar".utf8), 257, .ova),
        ([0x51, 0x46, 0x49, 0xFB], 0, .qcow2), (Array("QED\0".utf8), 0, .qed), ([0x7F, 0x10, 0xDA, 0xBE], 64, .vdi),
        ([0x1F, 0x8B, 0x08], 0, .gzip), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], 0, .xz), ([0x28, 0xB5, 0x2F, 0xFD], 0, .zstd),
        (Array("BZh".utf8), 0, .bzip2), ([0x50, 0x4B, 0x03, 0x04], 0, .zip), (Array("WithoutFreeSpace".utf8), 0, .parallels),
        (Array("WithouFreSpacExt".utf8), 0, .parallels),
    ]
}
