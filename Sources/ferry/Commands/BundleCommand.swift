import ArgumentParser
import Bundles
import Client
import DiskImages
import Foundation
import NIOCore

/// `ferry bundle`: a disk into the manifest and the parts of an instance-store image.
struct BundleCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Make the bundle of an instance-store image, a manifest and encrypted parts, from a raw disk of up to 10 GiB."
    )

    @Argument(help: "The raw disk: a file, sparse or not, or a block device.", completion: .file())
    var disk: String

    @Option(help: "Your certificate (PEM, RSA).", completion: .file())
    var cert: String

    @Option(help: "The private key of your certificate (PEM, not encrypted).", completion: .file())
    var key: String

    @Option(help: "The certificate of the Region that the image is for (PEM).", completion: .file())
    var ec2Cert: String

    @Option(help: "The folder to write into; it must exist.", completion: .directory)
    var to: String

    @Option(help: "Your account, 12 digits.")
    var account: String

    @Option(help: "What the names of the files begin with. (default: the name of the disk)")
    var prefix: String?

    @Option(help: "x86_64 or i386.")
    var arch = BundleManifest.Architecture.amd64

    @Option(help: "The kernel that the image boots with (aki-…).")
    var kernel: String?

    @Option(help: "The ramdisk that the image boots with (ari-…).")
    var ramdisk: String?

    @Option(help: "gzip's level, 1 (fast) to 9 (small).")
    var level = 6

    @Flag(help: "Replace an earlier bundle of that prefix.")
    var force = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard account.utf8.count == 12, account.allSatisfy(\.isWholeNumber) else { throw ValidationError("An account has 12 digits.") }
        guard (1...9).contains(level) else { throw ValidationError("The level is 1 to 9.") }
    }

    func execute() async throws {
        let pool = FilePool()
        do {
            let made = try await interruptible { try await make(pool) }
            try await pool.shutdown()
            try tell(made)
        } catch {
            try? await pool.shutdown()
            throw error
        }
    }

    private func make(_ pool: FilePool) async throws -> Made {
        let name = prefix ?? URL(filePath: disk).lastPathComponent
        let (certificate, region) = (try BundleFiles.certificate(cert), try BundleFiles.certificate(ec2Cert))
        let signer = try BundleFiles.privateKey(key)
        guard signer.belongs(to: certificate) else { throw Refusal("\(key) is not the private key of \(cert)") }
        let (path, folder) = (disk, BundleFiles(folder: to, prefix: name))
        let (source, format) = try await pool.run {
            let source = try DiskFile(opening: path)
            return (source, try DiskFormat.detect(in: path))
        }
        guard format == .raw else {
            throw Refusal("\(disk) is in \(format.name) format", advice: "Make it raw first: qemu-img convert -O raw.")
        }
        guard force || !folder.hasManifest else {
            throw Refusal("\(folder.manifestPath) exists already", advice: "Add --force to replace it.")
        }
        let bundleKey = BundleKey()
        let order = try BundleOrder(
            name: name,
            size: source.length,
            extents: try await pool.run { try source.extents() },
            key: bundleKey,
            level: level,
            time: Date()
        )
        let display = ProgressDisplay(labels: [disk], quiet: output.quiet)
        display.update(0, done: 0, total: order.extents.reduce(0) { $0 + $1.upperBound - $1.lowerBound })
        return try await doing("bundling \(disk) into \(to)") {
            try folder.removeManifest()
            let contents = try await display.whileShown {
                try await Bundler.run(
                    order,
                    read: { range in
                        let bytes = try await pool.run { try source.read(range) }
                        display.advance(by: Int64(bytes.readableBytes))
                        return bytes
                    },
                    write: { piece in try await pool.run { try folder.write(piece) } }
                )
            }
            var manifest = BundleManifest(
                software: BundleManifest.Software(name: "ferry", version: Version.text),
                architecture: arch,
                name: name,
                account: account,
                contents: contents,
                ec2: try bundleKey.wrapped(for: region),
                user: try bundleKey.wrapped(for: certificate)
            )
            (manifest.kernelID, manifest.ramdiskID) = (kernel, ramdisk)
            try folder.writeManifest(try manifest.signed(by: signer))
            return Made(
                manifest: folder.manifestPath,
                parts: contents.parts.count,
                diskBytes: contents.size,
                bundledBytes: contents.bundledSize
            )
        }
    }

    private func tell(_ made: Made) throws {
        if output.json { return try Terminal.say(json: made) }
        if output.quiet { return Terminal.say(made.manifest) }
        Terminal.say(
            "\(made.manifest)  \(ByteText.size(made.diskBytes)) in \(made.parts) parts of \(ByteText.size(made.bundledBytes)) together"
        )
    }

    /// The JSON of `ferry bundle`.
    private struct Made: Encodable {
        var manifest: String
        var parts: Int
        var diskBytes: Int64
        var bundledBytes: Int64
    }
}

extension BundleManifest.Architecture: ExpressibleByArgument {}
