import ArgumentParser
import Client

/// `ferry start`: starts instances that are stopped.
struct StartCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "start", abstract: "Start instances that are stopped.")

    @OptionGroup var change: InstanceChangeOptions

    func execute() async throws { try await change.run("StartInstances", until: "running") }
}

/// `ferry stop`: stops instances.
struct StopCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stop instances. Their volumes and addresses in the network stay."
    )

    @Flag(help: "Do not ask the guests to shut down.")
    var force = false

    @OptionGroup var change: InstanceChangeOptions

    func execute() async throws { try await change.run("StopInstances", force: force, until: "stopped") }
}

/// `ferry terminate`: terminates instances.
struct TerminateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "terminate",
        abstract: "Terminate instances, and delete the volumes that go with them."
    )

    @OptionGroup var change: InstanceChangeOptions

    func execute() async throws { try await change.run("TerminateInstances", until: "terminated") }
}

/// What the commands share that change the states of instances.
struct InstanceChangeOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Instances (i-…) of one Region.", valueName: "instance"))
    var ids: [String]

    @Flag(inversion: .prefixedNo, help: "Wait until it is done.")
    var wait = true

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run(_ action: String, force: Bool = false, until state: String) async throws {
        let (ids, wait) = (ids, wait)
        let changes = try await Session.run(server) { session in
            try await interruptible {
                var changes = try await doing("\(action) in \(session.region)") {
                    try await session.client.changeInstances(action, ids, force: force, region: session.region)
                }
                guard wait else { return changes }
                for place in changes.indices {
                    let id = changes[place].instanceId
                    let reached = try await doing("waiting for \(id)") {
                        try await session.wait(for: id, toBe: state, unless: Self.dead(before: state))
                    }
                    changes[place].currentState = reached.state
                }
                return changes
            }
        }
        if output.json { return try Terminal.say(json: changes) }
        for change in changes {
            Terminal.say(output.quiet ? change.instanceId : "\(change.instanceId)  \(change.previousState) -> \(change.currentState)")
        }
    }

    /// From where no instance comes to a state by itself.
    private static func dead(before state: String) -> Set<String> {
        switch state {
        case "running": ["stopped", "shutting-down", "terminated"]
        case "stopped": ["running", "shutting-down", "terminated"]
        default: []
        }
    }
}
