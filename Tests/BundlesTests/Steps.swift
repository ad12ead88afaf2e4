import Bundles
import Crypto
import NIOCore

/// The steps of a bundle one by one, for bundles that are wrong in one of them.
enum SHA1Sum {
    static func of(_ bytes: [UInt8]) -> [UInt8] { Array(Insecure.SHA1.hash(data: bytes)) }
}

enum Gzip {
    static func compress(_ bytes: [UInt8]) throws -> [UInt8] {
        let writer = try GzipWriter(level: 6)
        return Array(writer.take(ByteBuffer(bytes: bytes)).readableBytesView) + Array(writer.finish().readableBytesView)
    }
}

enum Cipher {
    static func encrypt(_ bytes: [UInt8], _ key: BundleKey) throws -> [UInt8] {
        var encryptor = CBCEncryptor(key)
        return try Array(encryptor.take(ByteBuffer(bytes: bytes)).readableBytesView) + Array(encryptor.finish().readableBytesView)
    }
}

/// An archive of one file, header and all.
enum Archive {
    static func of(_ bytes: [UInt8], name: String = "disk", _ change: (inout [UInt8]) -> Void = { _ in }) throws -> [UInt8] {
        var map = SparseMap(size: Int64(bytes.count))
        try map.append(SparseMap.Extent(offset: 0, length: Int64(bytes.count)))
        let writer = TarWriter(name: name, time: 0, map: map)
        var head = writer.head
        change(&head)
        seal(&head)
        return head + bytes + writer.tail
    }

    /// Puts the right checksum into a header.
    static func seal(_ header: inout [UInt8]) {
        header.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
        let sum = header[0..<512].reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        header.replaceSubrange(148..<156, with: Array((String(repeating: "0", count: 6 - digits.count) + digits + "\0 ").utf8))
    }

    /// What a reader makes of an archive that comes in pieces.
    static func read(_ archive: [UInt8], size: Int64, feeding piece: Int = 1_000) throws -> [DiskExtent] {
        var (reader, extents) = (TarReader(imageBytes: size), [DiskExtent]())
        for start in stride(from: 0, to: archive.count, by: piece) {
            var input = ByteBuffer(bytes: archive[start..<min(start + piece, archive.count)])
            while let extent = try reader.next(from: &input) { extents.append(extent) }
        }
        try reader.finish()
        return extents
    }
}
