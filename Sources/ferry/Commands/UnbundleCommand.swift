import ArgumentParser
import Bundles
import Client
import Foundation
import NIOCore

/// `ferry unbundle`: the disk of a bundle into a file.
struct UnbundleCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "unbundle",
        abstract: "Open the bundle of an instance-store image into a sparse raw file, everything checked."
    )

    @Argument(help: "The manifest; its parts are beside it.", completion: .file())
    var manifest: String

    @Option(help: "The private key of the user or of the Region that the bundle was made for (PEM, not encrypted).", completion: .file())
    var key: String

    @Option(
        help: "The certificate that the manifest must be signed with (PEM). Without it the signature is not checked.",
        completion: .file()
    )
    var cert: String?

    @Option(help: "The file to write.", completion: .file())
    var to: String

    @Flag(help: "Replace the file if it exists.")
    var force = false

    @OptionGroup var output: OutputOptions

    func execute() async throws {
        let pool = FilePool()
        do {
            let opened = try await interruptible { try await open(pool) }
            try await pool.shutdown()
            try tell(opened)
        } catch {
            try? await pool.shutdown()
            throw error
        }
    }

    private func open(_ pool: FilePool) async throws -> Opened {
        let (path, force) = (to, force)
        let privateKey = try BundleFiles.privateKey(key)
        let source = try await pool.run { [manifest] in try Self.readManifest(manifest) }
        if let cert { try source.verify(signedBy: BundleFiles.certificate(cert)) }
        let bundle = source.manifest
        let bundleKey = try Self.unwrap(bundle, with: privateKey)
        let sink = try await pool.run { try SparseFile(creating: path, replacing: force) }
        do {
            try await doing("opening \(manifest) into \(to)") { try await pour(bundle, bundleKey, into: sink, pool) }
        } catch {
            try? await pool.run { sink.discard() }
            throw error
        }
        return Opened(file: to, diskBytes: bundle.size, bundledBytes: bundle.bundledSize)
    }

    private func pour(_ bundle: BundleManifest, _ key: BundleKey, into sink: SparseFile, _ pool: FilePool) async throws {
        let folder = URL(filePath: manifest).deletingLastPathComponent()
        let display = ProgressDisplay(labels: [manifest], quiet: output.quiet)
        display.update(0, done: 0, total: bundle.bundledSize)
        try await display.whileShown {
            try await Unbundler.run(
                bundle,
                key: key,
                source: { part in
                    let file = try await pool.run { try DiskFile(opening: folder.appending(path: part.name).relativePath) }
                    return PartBytes(file: file, pool: pool, display: display)
                },
                write: { extent in try await pool.run { try sink.write(extent.bytes, at: extent.offset) } }
            )
        }
        let size = bundle.size
        try await pool.run { try sink.finish(length: size) }
    }

    private static func readManifest(_ path: String) throws -> SignedManifest {
        let file = try DiskFile(opening: path)
        let bytes = try file.read(0..<min(file.length, Int64(BundleLimits.manifestBytes) + 1))
        return try SignedManifest(parsing: Array(bytes.readableBytesView))
    }

    /// Whoever runs this has the key, so it may say whether it fits.
    private static func unwrap(_ bundle: BundleManifest, with key: RSAPrivateKey) throws -> BundleKey {
        if let user = try? BundleKey(unwrapping: bundle.user, with: key) { return user }
        return try BundleKey(unwrapping: bundle.ec2, with: key)
    }

    private func tell(_ opened: Opened) throws {
        if output.json { return try Terminal.say(json: opened) }
        if output.quiet { return }
        Terminal.say("\(opened.file)  \(ByteText.size(opened.diskBytes)), from parts of \(ByteText.size(opened.bundledBytes)) together")
    }

    /// The JSON of `ferry unbundle`.
    private struct Opened: Encodable {
        var file: String
        var diskBytes: Int64
        var bundledBytes: Int64
    }
}

/// The bytes of a part's file, a piece at a time.
private struct PartBytes: AsyncSequence {
    typealias Element = ByteBuffer

    let file: DiskFile
    let pool: FilePool
    let display: ProgressDisplay

    func makeAsyncIterator() -> Iterator { Iterator(bytes: self) }

    struct Iterator: AsyncIteratorProtocol {
        let bytes: PartBytes
        private var position: Int64 = 0

        init(bytes: PartBytes) { self.bytes = bytes }

        mutating func next() async throws -> ByteBuffer? {
            let (file, range) = (bytes.file, position..<Swift.min(position + (512 << 10), bytes.file.length))
            guard !range.isEmpty else { return nil }
            let piece = try await bytes.pool.run { try file.read(range) }
            guard piece.readableBytes > 0 else { return nil }
            position += Int64(piece.readableBytes)
            bytes.display.advance(by: Int64(piece.readableBytes))
            return piece
        }
    }
}
