import ArgumentParser
import Client

/// `ferry rm`: removes images, or snapshots that no image uses.
struct RemoveCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Deregister images and delete their snapshots. A copy in progress is cancelled."
    )

    @Argument(help: ArgumentHelp("Images (ami-…) or snapshots (snap-…) of one Region, or with --all-regions of any.", valueName: "image"))
    var ids: [String]

    @Flag(help: "Keep the snapshots of the images.")
    var keepSnapshots = false

    @Flag(help: "Also delete the bundles of instance-store images: the manifests and the parts that they name.")
    var bundle = false

    @Flag(help: "Look for each image and snapshot in every Region, and remove it where it is.")
    var allRegions = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !allRegions || server.region == nil else { throw ValidationError("Give --region or --all-regions.") }
        guard !bundle || !ids.contains(where: { $0.hasPrefix("snap-") }) else {
            throw ValidationError("--bundle is about instance-store images, and a snapshot has no bundle.")
        }
    }

    func execute() async throws {
        let results = try await Session.run(server) { session in
            let regions = try await session.regions(all: allRegions)
            var results: [Removal] = []
            for id in ids {
                let removal = await remove(id, in: regions, session)
                results.append(removal)
                if !output.json { tell(removal) }
            }
            return results
        }
        if output.json { try Terminal.say(json: results) }
        try ExitCodes.report(failures: results.count { $0.error != nil }, of: results.count)
    }

    /// Removes it in the Region where it is.
    private func remove(_ id: String, in regions: [String], _ session: Session) async -> Removal {
        guard regions.count > 1 else { return await remove(id, session) }
        do {
            for region in regions where try await Self.isThere(id, session.at(region)) { return await remove(id, session.at(region)) }
            throw Refusal(
                "\(id) is in none of the Regions \(regions.joined(separator: ", "))",
                advice: "`ferry images --all-regions` lists your images."
            )
        } catch {
            return Removal(id: id, region: session.region, error: Explanation(of: error).text)
        }
    }

    private static func isThere(_ id: String, _ session: Session) async throws -> Bool {
        try await doing("looking for \(id) in \(session.region)") {
            do {
                guard id.hasPrefix("snap-") else { return try await session.client.image(id, region: session.region) != nil }
                _ = try await session.client.snapshot(id, region: session.region)
                return true
            } catch let error as AWSError where ["InvalidAMIID.NotFound", "InvalidSnapshot.NotFound"].contains(error.code) {
                return false
            }
        }
    }

    private func remove(_ id: String, _ session: Session) async -> Removal {
        var removal = Removal(id: id, region: session.region)
        do {
            try await doing("removing \(id) in \(session.region)") {
                if id.hasPrefix("snap-") {
                    try await session.client.deleteSnapshot(id, region: session.region)
                } else if bundle {
                    let bundle = try await StoredBundleRemoval(of: id, session)
                    _ = try await session.client.deregisterImage(id, deletingSnapshots: false, region: session.region)
                    removal.bundle = try await bundle.run()
                } else {
                    let image = try await session.client.image(id, region: session.region)
                    removal.snapshots = try await session.client.deregisterImage(
                        id,
                        deletingSnapshots: !keepSnapshots,
                        region: session.region
                    )
                    if let image, image.isInstanceStore, let manifest = ObjectPlace(location: image.location) {
                        removal.bundle = BundleRemoval(manifest: "\(manifest)", result: .kept)
                    }
                }
            }
        } catch {
            removal.error = Explanation(of: error).text
        }
        return removal
    }

    private func tell(_ removal: Removal) {
        if let error = removal.error { return Terminal.complain(error) }
        if output.quiet { return }
        Terminal.say("\(removal.id)  \(removal.id.hasPrefix("snap-") ? "deleted" : "deregistered")  \(removal.region)")
        for snapshot in removal.snapshots {
            Terminal.say("  \(snapshot.snapshotId)  \(snapshot.result == "success" ? "deleted" : TerminalText.clean(snapshot.result))")
        }
        guard let bundle = removal.bundle else { return }
        switch bundle.result {
        case .deleted: Terminal.say("  \(TerminalText.clean(bundle.manifest)) and its \(ByteText.count(bundle.parts ?? 0, "part")) deleted")
        case .kept:
            Terminal.say("  \(TerminalText.clean(bundle.manifest)) and its parts stay, and go on taking space; --bundle deletes them, too")
        }
    }

    /// What became of one id.
    private struct Removal: Encodable {
        var id: String
        var region: String
        var snapshots: [SnapshotRemoval] = []
        /// Of an instance-store image.
        var bundle: BundleRemoval?
        var error: String?
    }
}
