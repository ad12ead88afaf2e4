import ArgumentParser
import Client

/// `ferry instances`: the account's instances.
struct InstancesCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "instances", abstract: "List your instances.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "List the instances of every Region.")
    var allRegions = false

    func validate() throws {
        guard !allRegions || server.region == nil else { throw ValidationError("Give --region or --all-regions.") }
    }

    func execute() async throws {
        let found = try await Session.run(server) { session in
            try await session.instances(in: session.regions(all: allRegions))
        }
        if output.json { return try Terminal.say(json: found.map { ListedInstance($0.instance, region: $0.region) }) }
        if output.quiet { return found.forEach { Terminal.say($0.instance.id) } }
        var table = TextTable(heading: ["INSTANCE", "NAME", "STATE", "TYPE", "ADDRESS", "REGION", "IMAGE", "LAUNCHED"])
        for (region, instance) in found {
            table.add(
                [
                    instance.id, instance.name ?? "-", instance.state, instance.type, instance.publicAddress ?? "-", region,
                    instance.imageID,
                    instance.launchTime,
                ].map(TerminalText.clean)
            )
        }
        for line in table.lines { Terminal.say(line) }
    }
}
