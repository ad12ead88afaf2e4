import ArgumentParser
import Client
import DiskImages
import Files
import Foundation

/// `ferry push`: a disk in a file becomes an image.
struct PushCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Upload a disk and register it as an image.",
        discussion: """
            The disk is raw, or in a format that qemu-img reads when it is installed (qcow2, VMDK, VHD, VHDX, VDI, an OVA with one disk). \
            Holes and zeros are not sent. If the upload fails, nothing of it is left on the server.
            """
    )

    enum Architecture: String, ExpressibleByArgument, CaseIterable {
        case x8664 = "x86_64"
        case arm64
    }

    enum BootMode: String, ExpressibleByArgument, CaseIterable {
        case legacyBIOS = "legacy-bios"
        case uefi
        case uefiPreferred = "uefi-preferred"
    }

    @Argument(help: "The disk: a file or a block device.", completion: .file())
    var file: String

    @Option(help: "The image's name. (default: the file's name without its extension)")
    var name: String?

    @Option(help: "The image's description.")
    var description: String?

    @Option(help: "The CPU architecture of the machine.")
    var architecture = Architecture.x8664

    @Option(help: "The device name of the root disk.")
    var rootDeviceName = "/dev/sda1"

    @Option(help: "How the machine boots. (default: the server decides)")
    var bootMode: BootMode?

    @Option(name: .customLong("tag"), help: ArgumentHelp("A tag for the image and its snapshot; repeatable.", valueName: "key=value"))
    var tags: [ResourceTag] = []

    @Option(help: "The format of the disk. (default: what its first bytes say)")
    var format: DiskFormat?

    @Flag(help: "Convert a disk that refers to other files, such as a backing file; their contents become part of the image.")
    var followReferences = false

    @OptionGroup var window: WindowOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !tags.contains(where: { $0.key == ResourceTag.diskBytesKey }) else {
            throw ValidationError("The tag \(ResourceTag.diskBytesKey) is written by push itself.")
        }
    }

    func execute() async throws {
        let name = name ?? ImageNameRule.suggestion(forFile: file)
        let start = ContinuousClock.now
        let pushed = try await Session.run(server, connections: window.parallel) { session in
            let disk = try await interruptible {
                try await session.checkIsFree(imageName: name)
                return try await prepare(session)
            }
            let push = ImagePush(session: session, disk: disk, window: window.parallel, quiet: output.quiet, label: file)
            let tags = tags + [ResourceTag(key: ResourceTag.diskBytesKey, value: "\(disk.length)")]
            return try await push.run(details: description, tags: tags) { snapshotID in
                ImageRegistration(
                    name: name,
                    details: description,
                    architecture: architecture.rawValue,
                    rootDeviceName: rootDeviceName,
                    bootMode: bootMode?.rawValue,
                    snapshotID: snapshotID,
                    sizeGiB: disk.sizeGiB,
                    tags: tags
                )
            }
        }
        try tell(pushed, name: name, seconds: TransferRate.seconds(start.duration(to: .now)))
    }

    /// Opens the disk; in another format than raw, its conversion.
    private func prepare(_ session: Session) async throws -> DiskFile {
        let (path, wanted, isTrusted) = (file, format, followReferences)
        do {
            let (disk, image) = try await session.pool.run { () throws -> (DiskFile, DiskImage?) in
                let disk = try DiskFile(opening: path)
                // An empty file is an empty disk, which no format has.
                if disk.length == 0, wanted == nil {
                    try DiskFormat.checkIsRaw(named: PathText.name(of: path))
                    return (disk, nil)
                }
                let images = try DiskImage.inspect(path, as: wanted, accepting: DiskFormat.readable, following: isTrusted)
                let image = try Self.only(images, in: path)
                return (disk, image.format == .raw ? nil : image)
            }
            guard let image else { return disk }
            return try await convert(try await WholeDisk(proving: image), session)
        } catch let error as DiskImageError {
            throw Refusal("cannot read \(file): \(error.cause)", advice: advice(for: error))
        } catch let problem as FileProblem where path == "-" {
            throw Refusal(problem.description, advice: "Standard input is not read: write the disk to a file first, and give that.")
        }
    }

    /// The disk that is pushed. An OVA can name empty ones, which are only sizes.
    private static func only(_ images: [DiskImage], in path: String) throws -> DiskImage {
        let disks = images.filter { !$0.isEmpty }
        guard disks.count == 1 else {
            throw Refusal(
                "\(path) holds \(disks.isEmpty ? "empty disks alone" : ByteText.count(disks.count, "disk"))",
                advice: disks.isEmpty ? nil : "Unpack it with tar -xf, and push them one by one."
            )
        }
        let left = images.count - disks.count
        if left > 0 { Terminal.remark("The OVA also names \(left) empty disk\(left == 1 ? "" : "s"), which the image leaves out.") }
        return disks[0]
    }

    private func advice(for error: DiskImageError) -> String? {
        switch error.kind {
        case .reference: "If you trust the file, add --follow-references."
        case .format where format == nil: "If its bytes are a raw disk all the same, add --format raw."
        default: nil
        }
    }

    private func convert(_ whole: WholeDisk, _ session: Session) async throws -> DiskFile {
        let environment = ProcessInfo.processInfo.environment
        let converter = try DiskConverter(searching: environment["PATH"], reserve: 0)
        if !output.quiet { Terminal.remark("converting \(file) from \(whole.disk.format.name)") }
        let folder = "\(environment["TMPDIR"] ?? "/tmp")/ferry-\(UUID().uuidString)"
        let product = "\(folder)/disk.raw"
        try await converter.convert(whole, to: product)
        return try await session.pool.run {
            // Once it is open the file needs no name, so that nothing stays behind however this process ends.
            defer { try? FileManager.default.removeItem(atPath: folder) }
            return try DiskFile(opening: product)
        }
    }

    private func tell(_ pushed: ImagePush.Result, name: String, seconds: Double) throws {
        if output.json {
            try Terminal.say(json: PushedImage(pushed, name: name, seconds: seconds))
        } else if output.quiet {
            Terminal.say(pushed.imageID)
        } else {
            Terminal.say("image     \(pushed.imageID)  \(name)  \(pushed.region)")
            Terminal.say("snapshot  \(pushed.snapshotID)")
            Terminal.say(
                "disk      \(ByteText.size(pushed.diskBytes)), \(ByteText.size(pushed.upload.bytes)) of data sent in \(ByteText.time(seconds))"
            )
        }
    }

    /// The JSON of `ferry push`.
    private struct PushedImage: Encodable {
        var imageId: String
        var snapshotId: String
        var region: String
        var name: String
        var diskBytes: Int64
        var volumeSizeGiB: Int64
        var blocks: Int
        var sentBytes: Int64
        var seconds: Double

        init(_ pushed: ImagePush.Result, name: String, seconds: Double) {
            imageId = pushed.imageID
            snapshotId = pushed.snapshotID
            region = pushed.region
            self.name = name
            diskBytes = pushed.diskBytes
            volumeSizeGiB = pushed.sizeGiB
            blocks = pushed.upload.blocks
            sentBytes = pushed.upload.bytes
            self.seconds = (seconds * 1_000).rounded() / 1_000
        }
    }
}

extension DiskFormat: ExpressibleByArgument {
    /// Also takes `vpc`, as qemu-img calls a VHD.
    package init?(argument: String) {
        guard let format = DiskFormat(rawValue: argument == "vpc" ? "vhd" : argument), DiskFormat.readable.contains(format) else {
            return nil
        }
        self = format
    }

    package static var allValueStrings: [String] { allCases.filter(readable.contains).map(\.rawValue) }
}

extension ResourceTag: ExpressibleByArgument {
    package init?(argument: String) {
        self.init(assignment: argument)
    }
}
