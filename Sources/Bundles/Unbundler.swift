import Crypto
import NIOCore

/// Opens a bundle: parts in, extents of the disk out, piece by piece.
///
/// Memory: 256 KiB of plain bytes, twice the largest piece that is fed, and the sparse map, whatever the size of the image.
///
/// What it gives out is proven only when ``finish()`` has returned; until then it is to be written where nobody takes it for the image.
package final class Unbundler {
    private let manifest: BundleManifest
    private var decryptor: CBCDecryptor
    private let gzip = GzipReader()
    private var tar: TarReader
    private var compressed = ByteBuffer()
    private var plain = ByteBuffer()
    private var part = 0
    private var partHash = Insecure.SHA1()
    private var tarHash = Insecure.SHA1()
    private var bundledBytes: Int64 = 0

    package init(_ manifest: BundleManifest, key: BundleKey) {
        self.manifest = manifest
        decryptor = CBCDecryptor(key)
        tar = TarReader(imageBytes: manifest.size)
    }

    /// Bytes of the present part. Everything that ``next()`` has must have been taken before.
    package func feed(_ bytes: ByteBuffer) throws {
        try hash(bytes)
        try decrypt(bytes)
    }

    private func hash(_ bytes: ByteBuffer) throws {
        bundledBytes += Int64(bytes.readableBytes)
        guard bundledBytes <= manifest.bundledSize else {
            throw BundleError("The parts have more than the \(manifest.bundledSize) bytes that the manifest says.")
        }
        bytes.withUnsafeReadableBytes { partHash.update(bufferPointer: $0) }
    }

    private func decrypt(_ bytes: ByteBuffer) throws { compressed = try decryptor.take(bytes) }

    /// Bytes at a place of the disk, in the order of their places; nil when they take more of the parts.
    package func next() throws -> DiskExtent? {
        while true {
            if let extent = try tar.next(from: &plain) { return extent }
            guard let bytes = try gzip.next(from: &compressed) else { return nil }
            bytes.withUnsafeReadableBytes { tarHash.update(bufferPointer: $0) }
            plain = bytes
        }
    }

    /// Checks the part whose bytes were fed; behind the last one, ``next()`` has what was held back.
    package func endPart() throws {
        try checkPart()
        partHash = Insecure.SHA1()
        part += 1
        if part == manifest.parts.count { compressed = try decryptor.finish() }
    }

    private func checkPart() throws {
        guard part < manifest.parts.count else { throw BundleError("There are more parts than the manifest lists.") }
        guard Array(partHash.finalize()) == manifest.parts[part].digest else {
            throw BundleError(
                "Part \(part), \(BundleError.quoted(manifest.parts[part].name)), is damaged: its SHA-1 is not the manifest's."
            )
        }
    }

    /// Checks the whole.
    package func finish() throws {
        guard part == manifest.parts.count else { throw BundleError("Part \(part) of the bundle is missing.") }
        guard bundledBytes == manifest.bundledSize else {
            throw BundleError("The parts have \(bundledBytes) bytes, and the manifest says \(manifest.bundledSize).")
        }
        guard gzip.isAtEnd else { throw BundleError.undecipherable }
        try tar.finish()
        guard Array(tarHash.finalize()) == manifest.digest else {
            throw BundleError("The image in the bundle is not the one that the manifest describes: the SHA-1 of its archive differs.")
        }
    }

    /// Opens a whole bundle.
    ///
    /// - Parameters:
    ///   - source: the bytes of a part, in pieces; what it throws is passed on.
    ///   - write: takes bytes to their place; holes are not written.
    package static func run<Pieces: AsyncSequence>(
        _ manifest: BundleManifest,
        key: BundleKey,
        isolation: isolated (any Actor)? = #isolation,
        source: (BundlePart) async throws -> Pieces,
        write: (DiskExtent) async throws -> Void
    ) async throws where Pieces.Element == ByteBuffer {
        let unbundler = Unbundler(manifest, key: key)
        for part in manifest.parts {
            // What a damaged part decrypts to can be wrong in any way. That it is damaged is the better cause, and its end tells it.
            var failure: BundleError?
            for try await piece in try await source(part) {
                try unbundler.hash(piece)
                guard failure == nil else { continue }
                do {
                    try unbundler.decrypt(piece)
                    while let extent = try unbundler.next() { try await write(extent) }
                } catch let error as BundleError {
                    failure = error
                }
            }
            if let failure {
                try unbundler.checkPart()
                throw failure
            }
            try unbundler.endPart()
        }
        while let extent = try unbundler.next() { try await write(extent) }
        try unbundler.finish()
    }
}
