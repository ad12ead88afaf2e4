import ArgumentParser
import Client

/// `ferry keys`: the account's KMS keys and what they protect.
struct KeysCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "List your KMS keys and the images and snapshots that they protect."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "List the keys of every Region.")
    var allRegions = false

    func validate() throws {
        guard !allRegions || server.region == nil else { throw ValidationError("Give --region or --all-regions.") }
    }

    func execute() async throws {
        let keys = try await Session.run(server) { session in
            let regions = try await session.regions(all: allRegions)
            var keys: [ListedKey] = []
            for region in regions {
                keys += try await doing("listing the keys of \(region)") { try await Self.keys(of: region, session.client) }
            }
            return keys
        }
        if output.json {
            try Terminal.say(json: keys)
        } else if output.quiet {
            for key in keys { Terminal.say(key.keyId) }
        } else {
            var table = TextTable(heading: ["KEY", "ALIASES", "STATE", "REGION", "SNAPSHOTS", "IMAGES"])
            for key in keys { table.add(key.row.map(TerminalText.clean)) }
            for line in table.lines { Terminal.say(line) }
        }
    }

    private static func keys(of region: String, _ client: AWSClient) async throws -> [ListedKey] {
        let aliases = try await client.aliases(region: region)
        var snapshots: [String: [String]] = [:]
        for snapshot in try await client.encryptedSnapshots(region: region) {
            if let key = snapshot.kmsKey { snapshots[key, default: []].append(snapshot.id) }
        }
        let images = try await client.ownImages(region: region)
        return try await client.keys(region: region).map { key in
            let protected = Set(snapshots[key.arn] ?? [])
            return ListedKey(
                key,
                aliases: (aliases[key.id] ?? []).sorted(),
                region: region,
                snapshots: protected.sorted(),
                images: images.filter { !protected.isDisjoint(with: $0.snapshotIDs) }.map(\.id).sorted()
            )
        }
        .sorted { ($0.aliases.first ?? "~", $0.keyId) < ($1.aliases.first ?? "~", $1.keyId) }
    }
}

/// A key in the JSON of `ferry keys`.
struct ListedKey: Encodable, Sendable {
    var keyId: String
    var arn: String
    var aliases: [String]
    var description: String
    var manager: String
    var spec: String
    var state: String
    var region: String
    var snapshotIds: [String]
    var imageIds: [String]

    init(_ key: RemoteKey, aliases: [String], region: String, snapshots: [String], images: [String]) {
        keyId = key.id
        arn = key.arn
        self.aliases = aliases
        description = key.details
        manager = key.manager
        spec = key.spec
        state = key.state
        self.region = region
        snapshotIds = snapshots
        imageIds = images
    }

    var row: [String] {
        [keyId, aliases.isEmpty ? "-" : aliases.joined(separator: " "), state, region, "\(snapshotIds.count)"]
            + [imageIds.isEmpty ? "-" : imageIds.joined(separator: " ")]
    }
}
