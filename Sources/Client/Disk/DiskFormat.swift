import Foundation
import NIOCore

/// How a disk is laid out in a file.
package enum DiskFormat: String, Hashable, Sendable, CaseIterable {
    case raw
    case qcow2
    case qed
    case vdi
    case vhdx
    case vmdk
    /// VHD, under the name that qemu-img knows it by.
    case vpc
    // Not formats of disks, but what disks are often packed into.
    case gzip
    case xz
    case zstd
    case bzip2

    /// Whether the file must be unpacked before it is a disk.
    package var isArchive: Bool {
        switch self {
        case .gzip, .xz, .zstd, .bzip2: true
        case .raw, .qcow2, .qed, .vdi, .vhdx, .vmdk, .vpc: false
        }
    }

    /// Tells the format by the magic numbers in a file's first 4 KiB and last 512 bytes; whatever has none is raw.
    package static func detect(head: [UInt8], tail: [UInt8]) -> DiskFormat {
        for (magic, offset, format) in magics where head.dropFirst(offset).starts(with: magic) { return format }
        // A fixed VHD is a raw disk with a footer behind it.
        return tail.count == 512 && tail.starts(with: Array("conectix".utf8)) ? .vpc : .raw
    }

    /// Reads what ``detect(head:tail:)`` needs. Blocks: it belongs on a ``FilePool``.
    package static func detect(in disk: DiskFile) throws -> DiskFormat {
        let head = try disk.file.read(Int(min(4_096, disk.length)), at: 0)
        let tail = disk.length >= 512 ? try disk.file.read(512, at: disk.length - 512) : ByteBuffer()
        return detect(head: Array(head.readableBytesView), tail: Array(tail.readableBytesView))
    }

    private static let magics: [(magic: [UInt8], offset: Int, format: DiskFormat)] = [
        ([0x51, 0x46, 0x49, 0xFB], 0, .qcow2), (Array("QED\0".utf8), 0, .qed), (Array("KDMV".utf8), 0, .vmdk),
        (Array("COWD".utf8), 0, .vmdk), (Array("# Disk DescriptorFile".utf8), 0, .vmdk), (Array("vhdxfile".utf8), 0, .vhdx),
        (Array("conectix".utf8), 0, .vpc), ([0x7F, 0x10, 0xDA, 0xBE], 64, .vdi), ([0x1F, 0x8B, 0x08], 0, .gzip),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], 0, .xz), ([0x28, 0xB5, 0x2F, 0xFD], 0, .zstd), (Array("BZh".utf8), 0, .bzip2),
    ]
}
