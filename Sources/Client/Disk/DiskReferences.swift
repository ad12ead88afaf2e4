import Foundation
import NIOCore

/// Other files that a disk file names as part of the disk.
///
/// qemu-img follows such names wherever they lead, so a file from a stranger could pull any file of this machine into an image.
package enum DiskReferences {
    /// Says what the file refers to, or nil when it stands alone.
    package static func find(in disk: DiskFile, format: DiskFormat) throws -> String? {
        find(head: Array(try disk.file.read(Int(min(4_096, disk.length)), at: 0).readableBytesView), format: format)
    }

    /// The same from the file's first bytes.
    package static func find(head: [UInt8], format: DiskFormat) -> String? {
        switch format {
        case .qcow2:
            // Bytes 8 to 15: where the backing file's name stands. Bytes 72 to 79 of version 3: features, bit 2 an external data file.
            if integer(head, at: 8, bytes: 8) != 0 { return "a backing file" }
            if integer(head, at: 4, bytes: 4) >= 3, integer(head, at: 72, bytes: 8) & 0b100 != 0 { return "an external data file" }
            return nil
        case .qed:
            // Bytes 16 to 23, little-endian: features, bit 0 a backing file.
            return head.count > 16 && head[16] & 1 != 0 ? "a backing file" : nil
        case .vmdk:
            return head.starts(with: Array("# Disk".utf8)) ? "other files" : nil
        case .raw, .vdi, .vhdx, .vpc, .gzip, .xz, .zstd, .bzip2:
            return nil
        }
    }

    private static func integer(_ head: [UInt8], at offset: Int, bytes: Int) -> UInt64 {
        head.dropFirst(offset).prefix(bytes).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
