import ArgumentParser
import Bundles
import Client
import Files
import Foundation

/// `ferry bundle`: a disk into the manifest and the parts of an instance-store image.
struct BundleCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Make the bundle of an instance-store image from a raw disk of up to 10 GiB.",
        discussion: """
            A bundle is a manifest and encrypted parts. A bundle in a bucket is uploaded while it is made, and deleted again if that fails; \
            --register makes it an image. Local bundles need no server.
            """
    )

    @Argument(help: "The raw disk: a file, sparse or not, or a block device.", completion: .file())
    var disk: String

    @Option(help: "Your certificate (PEM, RSA).", completion: .file())
    var cert: String

    @Option(help: "The private key of your certificate (PEM, not encrypted).", completion: .file())
    var key: String

    @Option(
        help:
            "The certificate of the Region that the image is for (PEM). (default: with a bucket, the server is asked)",
        completion: .file()
    )
    var ec2Cert: String?

    @Option(help: "Where to write: a folder, created if it is missing, or s3://BUCKET or s3://BUCKET/FOLDER.", completion: .directory)
    var to: String

    @Option(help: "Your account, 12 digits. (default: with a bucket, the account of the access key)")
    var account: String?

    @Option(help: "The prefix of all file names. (default: the name of the disk)")
    var prefix: String?

    @Option(help: "The CPU architecture, x86_64 or i386.")
    var arch = BundleManifest.Architecture.amd64

    @Option(help: "The kernel that the image boots with (aki-…).")
    var kernel: String?

    @Option(help: "The ramdisk that the image boots with (ari-…).")
    var ramdisk: String?

    @Option(
        name: [.customShort("B"), .long],
        help: ArgumentHelp(
            "The devices of the image: root names the root device; ami, swap and ephemeral0 to ephemeral99 may each be named once.",
            valueName: "maps"
        )
    )
    var blockDeviceMapping = "ami=sda1,root=/dev/sda1"

    @Option(
        help: ArgumentHelp(
            "Product codes, separated by commas. Ferry registers no image that has some, so this excludes --register.",
            valueName: "codes"
        )
    )
    var productCodes: String?

    @Option(help: "The gzip level, 1 (fast) to 9 (small).")
    var level = 6

    @Flag(help: "Replace an earlier bundle with that prefix.")
    var force = false

    @Flag(help: "Create the bucket if it does not exist.")
    var createBucket = false

    @Flag(help: "Register the bundle as an image and wait until the server has verified it.")
    var register = false

    @Option(help: "The image's name. (default: the disk's name without its extension)")
    var name: String?

    @Option(help: "The image's description.")
    var description: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    var bundleName: String { prefix ?? PathText.name(of: disk) }

    func validate() throws {
        if let account, account.utf8.count != 12 || !account.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            throw ValidationError("An account has 12 digits.")
        }
        guard (1...9).contains(level) else { throw ValidationError("The level is 1 to 9.") }
        try checkMachine()
        if to.hasPrefix(ObjectFolder.scheme) {
            guard ObjectFolder(url: to) != nil else { throw ValidationError("--to takes a bucket as s3://BUCKET or s3://BUCKET/FOLDER.") }
            guard register || (name == nil && description == nil) else {
                throw ValidationError("--name and --description are those of the image: they go with --register.")
            }
        } else {
            guard account != nil, ec2Cert != nil else {
                throw ValidationError("In a folder there is no server to ask: --account and --ec2-cert are needed.")
            }
            guard !register, !createBucket, name == nil, description == nil else {
                throw ValidationError("An image is registered of a bundle in a bucket: --to s3://BUCKET/FOLDER.")
            }
        }
    }

    func execute() async throws {
        if let folder = ObjectFolder(url: to) {
            try tell(try await Session.run(server) { try await execute(in: folder, $0) })
        } else {
            let pool = FilePool()
            do {
                let made = try await interruptible { try await makeInFolder(pool) }
                try await pool.shutdown()
                try tell(made)
            } catch {
                try? await pool.shutdown()
                throw error
            }
        }
    }

    private func makeInFolder(_ pool: FilePool) async throws -> MadeBundle {
        let disk = try await prepare(pool)
        let files = BundleFiles(folder: to, prefix: bundleName, pool: pool)
        guard force || !files.hasManifest else { throw Self.inTheWay(files.manifest) }
        try files.makeFolder()
        return try await make(disk, for: try PEMFile.certificate(ec2Cert ?? ""), account: account ?? "", into: files, pool)
    }

    static func inTheWay(_ manifest: String) -> Refusal { Refusal("\(manifest) exists already", advice: "Add --force to replace it.") }

    private func tell(_ made: MadeBundle) throws {
        if output.json { return try Terminal.say(json: made) }
        if output.quiet { return Terminal.say(made.imageId ?? made.manifest) }
        Terminal.say(
            "\(made.manifest)  \(ByteText.size(made.diskBytes)) in \(ByteText.count(made.parts, "part")), \(ByteText.size(made.bundledBytes)) together"
        )
        if let id = made.imageId { Terminal.say("image  \(id)  \(made.name ?? "")  \(made.region ?? "")") }
    }
}

/// The JSON of `ferry bundle`.
struct MadeBundle: Encodable {
    var manifest: String
    var parts: Int
    var diskBytes: Int64
    var bundledBytes: Int64
    /// Of a bundle in a bucket.
    var region: String?
    /// With `--register`.
    var imageId: String?
    var name: String?
}

extension BundleManifest.Architecture: ExpressibleByArgument {}
