import Crypto
import NIOCore

/// What comes out of a bundler.
package enum BundlePiece: Equatable, Sendable {
    /// Bytes of the part of that name, in order.
    case bytes(ByteBuffer, of: String)
    /// The part is complete.
    case end(BundlePart)
}

/// Makes a bundle: the data of a disk in, parts out, piece by piece. The same order and data make the same parts.
///
/// Memory: a few times the largest piece that is fed, and the sparse map.
package final class Bundler {
    private let order: BundleOrder
    private let gzip: GzipWriter
    private var encryptor: CBCEncryptor
    private var tarHash = Insecure.SHA1()
    private var partHash = Insecure.SHA1()
    private var partBytes = 0
    private var bundledBytes: Int64 = 0
    private var fedBytes: Int64 = 0
    private var parts: [BundlePart] = []

    package init(_ order: BundleOrder) throws(BundleError) {
        self.order = order
        gzip = try GzipWriter(level: order.level)
        encryptor = CBCEncryptor(order.key)
    }

    /// What stands before the data.
    package func begin() throws -> [BundlePiece] { try put(ByteBuffer(bytes: order.archive.head)) }

    /// The bytes of the order's extents, one after the other.
    package func feed(_ data: ByteBuffer) throws -> [BundlePiece] {
        fedBytes += Int64(data.readableBytes)
        return try put(data)
    }

    /// What stands behind the data, and what the manifest says of it all.
    ///
    /// - Throws: ``BundleError`` when there was more or less data than the extents have.
    package func finish() throws -> (pieces: [BundlePiece], contents: BundleContents) {
        guard fedBytes == order.archive.map.dataBytes else {
            throw BundleError("The disk gave \(fedBytes) bytes, and its extents have \(order.archive.map.dataBytes): it changed meanwhile.")
        }
        var pieces = try put(ByteBuffer(bytes: order.archive.tail))
        pieces += cut(try encryptor.take(gzip.finish()))
        pieces += cut(try encryptor.finish())
        if partBytes > 0 { pieces.append(endPart()) }
        let digest = Array(tarHash.finalize())
        return (pieces, BundleContents(digest: digest, size: order.size, bundledSize: bundledBytes, parts: parts))
    }

    private func put(_ bytes: ByteBuffer) throws -> [BundlePiece] {
        bytes.withUnsafeReadableBytes { tarHash.update(bufferPointer: $0) }
        return cut(try encryptor.take(gzip.take(bytes)))
    }

    private func cut(_ bytes: ByteBuffer) -> [BundlePiece] {
        var (bytes, pieces) = (bytes, [BundlePiece]())
        while let piece = bytes.readSlice(length: min(bytes.readableBytes, BundleLimits.partBytes - partBytes)), piece.readableBytes > 0 {
            piece.withUnsafeReadableBytes { partHash.update(bufferPointer: $0) }
            partBytes += piece.readableBytes
            bundledBytes += Int64(piece.readableBytes)
            pieces.append(.bytes(piece, of: partName))
            if partBytes == BundleLimits.partBytes { pieces.append(endPart()) }
        }
        return pieces
    }

    private var partName: String { PartName.make(prefix: order.name, index: parts.count, most: order.mostParts) }

    private func endPart() -> BundlePiece {
        let part = BundlePart(name: partName, digest: Array(partHash.finalize()))
        parts.append(part)
        partHash = Insecure.SHA1()
        partBytes = 0
        return .end(part)
    }

    /// Makes a whole bundle.
    ///
    /// - Parameters:
    ///   - read: exactly the bytes of a range, of at most 512 KiB.
    ///   - write: takes what belongs into parts, in order.
    package static func run(
        _ order: BundleOrder,
        isolation: isolated (any Actor)? = #isolation,
        read: (Range<Int64>) async throws -> ByteBuffer,
        write: (BundlePiece) async throws -> Void
    ) async throws -> BundleContents {
        let bundler = try Bundler(order)
        for piece in try bundler.begin() { try await write(piece) }
        for extent in order.extents {
            for start in stride(from: extent.lowerBound, to: extent.upperBound, by: 512 << 10) {
                let range = start..<min(start + (512 << 10), extent.upperBound)
                for piece in try bundler.feed(try await read(range)) { try await write(piece) }
            }
        }
        let (pieces, contents) = try bundler.finish()
        for piece in pieces { try await write(piece) }
        return contents
    }
}
