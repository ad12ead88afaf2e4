import Bundles
import Client
import Files
import NIOCore

/// Where a bundle is read from.
protocol BundleSource: Sendable {
    /// The manifest, as a user names it.
    var name: String { get }

    func manifest() async throws -> SignedManifest
    /// Looks a part up, and says how it is read.
    func part(_ name: String) async throws -> PieceReader
}

/// Reads the bytes at an offset, as many as come at once; nil at the end.
typealias PieceReader = @Sendable (_ offset: Int64) async throws -> ByteBuffer?

/// A bundle in a folder.
struct BundleFolder: BundleSource {
    let name: String
    let pool: FilePool

    func manifest() async throws -> SignedManifest {
        try await pool.run {
            let file = try DiskFile(opening: name)
            let bytes = try file.read(0..<min(file.length, Int64(BundleLimits.manifestBytes) + 1))
            return try SignedManifest(parsing: Array(bytes.readableBytesView))
        }
    }

    func part(_ part: String) async throws -> PieceReader {
        let path = PathText.joined(PathText.folder(of: name), part)
        let file = try await pool.run { try DiskFile(opening: path) }
        return { [pool] offset in
            let range = offset..<min(offset + (512 << 10), file.length)
            guard !range.isEmpty else { return nil }
            let piece = try await pool.run { try file.read(range) }
            return piece.readableBytes > 0 ? piece : nil
        }
    }
}

/// A bundle in a bucket.
struct BundleBucket: BundleSource {
    let client: AWSClient
    let region: String
    let place: ObjectPlace

    var name: String { place.description }

    func manifest() async throws -> SignedManifest {
        try await doing("reading the manifest \(place) in \(region)") {
            let object = try await object(place)
            guard object.size <= Int64(BundleLimits.manifestBytes) else {
                throw BundleError("The manifest is larger than \(BundleLimits.manifestBytes) bytes.")
            }
            let bytes = try await client.readObject(object, from: 0) ?? ByteBuffer()
            return try SignedManifest(parsing: Array(bytes.readableBytesView))
        }
    }

    func part(_ name: String) async throws -> PieceReader {
        let object = try await object(place.sibling(name))
        return { [client] offset in
            try await doing("reading \(object.place) in \(object.region)") { try await client.readObject(object, from: offset) }
        }
    }

    private func object(_ place: ObjectPlace) async throws -> RemoteObject {
        guard let object = try await client.object(at: place, region: region) else { throw Refusal("\(place) does not exist") }
        return object
    }
}

/// The bytes of a part, a piece at a time.
struct PartBytes: AsyncSequence {
    typealias Element = ByteBuffer

    let read: PieceReader
    let display: ProgressDisplay

    func makeAsyncIterator() -> Iterator { Iterator(bytes: self) }

    struct Iterator: AsyncIteratorProtocol {
        let bytes: PartBytes
        private var position: Int64 = 0

        init(bytes: PartBytes) { self.bytes = bytes }

        mutating func next() async throws -> ByteBuffer? {
            try Task.checkCancellation()
            guard let piece = try await bytes.read(position) else { return nil }
            position += Int64(piece.readableBytes)
            bytes.display.advance(by: Int64(piece.readableBytes))
            return piece
        }
    }
}
