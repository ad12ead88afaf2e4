import ArgumentParser
import Client

/// `ferry rm`: removes images, or snapshots that no image uses.
struct RemoveCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Deregister images and delete their snapshots; a copy that still runs is cancelled."
    )

    @Argument(help: ArgumentHelp("Images (ami-…) or snapshots (snap-…) of one Region.", valueName: "image"))
    var ids: [String]

    @Flag(help: "Leave the snapshots of the images.")
    var keepSnapshots = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func execute() async throws {
        let results = try await Session.run(server) { session in
            var results: [Removal] = []
            for id in ids {
                let removal = await remove(id, session)
                results.append(removal)
                if !output.json { tell(removal) }
            }
            return results
        }
        if output.json { try Terminal.say(json: results) }
        try ExitCodes.report(failures: results.count { $0.error != nil }, of: results.count)
    }

    private func remove(_ id: String, _ session: Session) async -> Removal {
        var removal = Removal(id: id, region: session.region)
        do {
            try await doing("removing \(id) in \(session.region)") {
                if id.hasPrefix("snap-") {
                    try await session.client.deleteSnapshot(id, region: session.region)
                } else {
                    removal.snapshots = try await session.client.deregisterImage(
                        id,
                        deletingSnapshots: !keepSnapshots,
                        region: session.region
                    )
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
    }

    /// What became of one id.
    private struct Removal: Encodable {
        var id: String
        var region: String
        var snapshots: [SnapshotRemoval] = []
        var error: String?
    }
}
