import ArgumentParser
import Client

/// `ferry images`: the account's images.
struct ImagesCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "images",
        abstract: "List your images.",
        discussion: """
            VOLUMES is how large the volumes of an instance of the image are, which EC2 has in whole GiB: a disk of 64 MiB has one of 1 GiB. \
            'ferry du' shows what images take on the server's disk.
            """
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "List the images of every Region.")
    var allRegions = false

    @Flag(help: "Show the images of every Region under their sources, with the instances that were launched from them.")
    var tree = false

    func validate() throws {
        guard !allRegions && !tree || server.region == nil else { throw ValidationError("Give --region, --all-regions or --tree.") }
        guard !tree || !output.json && !output.quiet else { throw ValidationError("--tree is for reading, and has no other form.") }
    }

    func execute() async throws {
        if tree { return try await showTree() }
        let images = try await Session.run(server) { session in
            try await Self.images(in: session.regions(all: allRegions), session)
        }
        if output.json {
            try Terminal.say(json: images.map { ListedImage($0.image, region: $0.region) })
        } else if output.quiet {
            for (_, image) in images { Terminal.say(image.id) }
        } else {
            var table = TextTable(heading: ["IMAGE", "NAME", "STATE", "TYPE", "VOLUMES", "REGION", "SOURCE", "CREATED"])
            for (region, image) in images {
                let source = image.sourceImageID.map { id in image.sourceRegion.map { "\(id) \($0)" } ?? id } ?? "-"
                let size = image.isInstanceStore ? "-" : "\(image.sizeGiB) GiB"
                table.add(
                    [image.id, image.name, image.state, image.rootDeviceType, size, region, source, image.creationDate]
                        .map(TerminalText.clean)
                )
            }
            for line in table.lines { Terminal.say(line) }
        }
    }

    private func showTree() async throws {
        let tree = try await Session.run(server) { session in
            let regions = try await session.regions(all: true)
            return ImageTree(try await Self.images(in: regions, session), try await session.instances(in: regions))
        }
        for line in tree.lines { Terminal.say(line) }
    }

    private static func images(in regions: [String], _ session: Session) async throws -> [(region: String, image: RemoteImage)] {
        try await withThrowingTaskGroup(of: (String, [RemoteImage]).self) { group in
            for region in regions {
                group.addTask {
                    try await doing("listing the images of \(region)") { (region, try await session.client.ownImages(region: region)) }
                }
            }
            var found: [(region: String, image: RemoteImage)] = []
            for try await (region, images) in group { found += images.map { (region, $0) } }
            return found.sorted { ($0.image.creationDate, $0.region, $0.image.id) < ($1.image.creationDate, $1.region, $1.image.id) }
        }
    }
}

/// An image in the JSON of `ferry images`.
struct ListedImage: Encodable {
    var imageId: String
    var name: String
    var state: String
    var stateReason: String?
    var description: String
    var architecture: String
    var region: String
    /// `ebs` or `instance-store`.
    var type: String
    /// Absent for instance-store images: only the manifest has it.
    var sizeGiB: Int64?
    /// Of an instance-store image its manifest, `bucket/path/image.manifest.xml`.
    var imageLocation: String
    var snapshotIds: [String]
    var sourceImageId: String?
    var sourceRegion: String?
    var creationDate: String
    var tags: [String: String]

    init(_ image: RemoteImage, region: String) {
        imageId = image.id
        name = image.name
        state = image.state
        stateReason = image.stateReason
        description = image.details
        architecture = image.architecture
        self.region = region
        type = image.rootDeviceType
        sizeGiB = image.isInstanceStore ? nil : image.sizeGiB
        imageLocation = image.location
        snapshotIds = image.snapshotIDs
        sourceImageId = image.sourceImageID
        sourceRegion = image.sourceRegion
        creationDate = image.creationDate
        tags = Dictionary(image.tags.map { ($0.key, $0.value) }) { _, last in last }
    }
}
