import ArgumentParser
import Client
import Domain

/// `ferry throttling`: how often accounts may call, shown or changed while the server runs.
struct ThrottlingCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "throttling",
        abstract: "Show how often accounts may call the server, or change it until the server stops."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The profile from now on: protect, aws or off. Without it the one in force is shown.")
    var profile: ThrottlingProfile?

    func execute() async throws {
        let inForce = try await Session.run(server) { session in
            guard !session.connection.endpoints.isAWS else {
                throw ValidationError("AWS does not let its throttling be seen or changed. Name a Ferry server with --endpoint-url.")
            }
            guard let profile else {
                return try await doing("asking for the throttling") { try await session.client.throttling(region: session.region) }
            }
            return try await doing("changing the throttling") {
                try await session.client.setThrottling(profile.rawValue, region: session.region)
            }
        }
        if output.json { try Terminal.say(json: inForce) } else { Terminal.say(TerminalText.clean(inForce.profile)) }
    }
}
