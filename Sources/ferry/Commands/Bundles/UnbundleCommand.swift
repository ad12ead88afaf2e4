import ArgumentParser
import Bundles
import Client

/// `ferry unbundle`: the disk of a bundle into a file.
struct UnbundleCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "unbundle",
        abstract: "Extract the disk from the bundle of an instance-store image into a sparse raw file, and check everything.",
        discussion: "Local bundles need no server."
    )

    @Argument(
        help: "The manifest, with its parts beside it: a file or s3://BUCKET/KEY. Or an instance-store image (ami-…).",
        completion: .file()
    )
    var manifest: String

    @Argument(help: "The file to write; the same as --to.", completion: .file())
    var file: String?

    @Option(help: "The private key of the user or Region that the bundle was made for (PEM, not encrypted).", completion: .file())
    var key: String

    @Option(
        help: "The certificate of whoever must have signed the manifest (PEM). Without it the signature is not checked.",
        completion: .file()
    )
    var cert: String?

    @Option(help: "The file to write.", completion: .file())
    var to: String?

    @Flag(help: "Replace the file if it exists.")
    var force = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    private var isInBucket: Bool { manifest.hasPrefix(ObjectFolder.scheme) }
    private var isImage: Bool { manifest.hasPrefix("ami-") && !manifest.contains { $0 == "." || $0 == "/" } }

    func validate() throws {
        guard (file == nil) != (to == nil) else { throw ValidationError("Name the one file to write: ferry unbundle MANIFEST FILE.") }
        guard !isInBucket || place != nil else { throw ValidationError("A manifest in a bucket is s3://BUCKET/KEY.") }
    }

    private var place: ObjectPlace? { ObjectPlace(location: String(manifest.dropFirst(ObjectFolder.scheme.count))) }

    func execute() async throws {
        if isInBucket || isImage {
            let opened = try await Session.run(server) { session in
                try await interruptible { try await open(source(session), session.pool) }
            }
            return try tell(opened)
        }
        let pool = FilePool()
        do {
            let opened = try await interruptible { try await open(BundleFolder(name: manifest, pool: pool), pool) }
            try await pool.shutdown()
            try tell(opened)
        } catch {
            try? await pool.shutdown()
            throw error
        }
    }

    /// Reading works from anywhere: a bucket in another Region is asked there.
    private func source(_ session: Session) async throws -> BundleBucket {
        let place =
            isImage ? try await session.manifest(of: manifest, else: "`ferry pull \(manifest) FILE` downloads its disk.") : self.place
        guard let place else { throw Refusal("\(manifest) is not a manifest in a bucket") }
        let region = try await doing("looking for the bucket \(place.bucket)") {
            try await session.client.region(ofBucket: place.bucket, asking: session.region)
        }
        guard let region else { throw Refusal("there is no bucket \(place.bucket)") }
        return BundleBucket(client: session.client, region: region, place: place)
    }

    private func verify(_ manifest: SignedManifest, with certificate: RSACertificate) throws {
        do {
            try manifest.verify(signedBy: certificate)
        } catch {
            throw Refusal(
                error.cause,
                advice: "The manifest of an image that was copied is signed by the Region that it was copied into: "
                    + "`ferry certificate --region REGION` prints that certificate."
            )
        }
    }

    private func open(_ source: some BundleSource, _ pool: FilePool) async throws -> Opened {
        let (path, force) = (file ?? to ?? "", force)
        let privateKey = try PEMFile.privateKey(key)
        let signed = try await source.manifest()
        if let cert { try verify(signed, with: PEMFile.certificate(cert)) }
        let bundle = signed.manifest
        let bundleKey = try Self.unwrap(bundle, with: privateKey)
        let sink = try await pool.run { try SparseFile(creating: path, replacing: force) }
        do {
            try await doing("opening \(source.name) into \(path)") { try await pour(bundle, bundleKey, from: source, into: sink, pool) }
        } catch {
            try? await pool.run { sink.discard() }
            throw error
        }
        return Opened(file: path, diskBytes: bundle.size, bundledBytes: bundle.bundledSize)
    }

    private func pour(
        _ bundle: BundleManifest,
        _ key: BundleKey,
        from source: some BundleSource,
        into sink: SparseFile,
        _ pool: FilePool
    ) async throws {
        let display = ProgressDisplay(labels: [source.name], quiet: output.quiet)
        display.update(0, done: 0, total: bundle.bundledSize)
        try await display.whileShown {
            try await Unbundler.run(
                bundle,
                key: key,
                source: { part in PartBytes(read: try await source.part(part.name), display: display) },
                write: { extent in try await pool.run { try sink.write(extent.bytes, at: extent.offset) } }
            )
        }
        let size = bundle.size
        try await pool.run { try sink.finish(length: size) }
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
