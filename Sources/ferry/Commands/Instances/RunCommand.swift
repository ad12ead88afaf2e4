import ArgumentParser
import Client
import Files
import Foundation

/// `ferry run`: launches an instance of an image.
struct RunCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Launch an instance of an image, wait until it runs, and say how to log in.",
        discussion:
            "Which of its ports can be reached is decided by the default security group. Ctrl-C stops the display; the instance runs on."
    )

    /// As GetConsoleOutput shows it.
    private static let userDataBytesMax = 16_384

    @Argument(help: "The image (ami-…).")
    var image: String

    @Option(help: "The instance type.")
    var type = "t3.micro"

    @Option(help: "The key pair to log in with.")
    var key: String?

    @Option(help: ArgumentHelp("A file with user data, at most 16 KiB.", valueName: "file"), completion: .file())
    var userData: String?

    @Option(help: "The tag Name of the instance.")
    var name: String?

    @Option(name: .customLong("tag"), help: ArgumentHelp("A tag for the instance; repeatable.", valueName: "key=value"))
    var tags: [ResourceTag] = []

    @Flag(help: "Follow the serial console until the instance ends.")
    var console = false

    @Flag(inversion: .prefixedNo, help: "Wait until the instance runs.")
    var wait = true

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !console || wait else { throw ValidationError("--console and --no-wait do not go together.") }
        guard !console || !output.json else { throw ValidationError("--console and --json do not go together.") }
    }

    func execute() async throws {
        let data = try userData.map { file in
            let bytes = Array(try Data(contentsOf: URL(filePath: file)))
            guard bytes.count <= Self.userDataBytesMax else { throw Refusal("\(file) is larger than user data may be, which is 16 KiB") }
            return bytes
        }
        let launch = InstanceLaunch(
            imageID: image,
            type: type,
            keyName: key,
            userData: data,
            tags: tags + (name.map { [ResourceTag(key: "Name", value: $0)] } ?? []),
            clientToken: UUID().uuidString
        )
        try await Session.run(server) { session in
            try await interruptible {
                let made = try await doing("launching \(image) in \(session.region)") {
                    try await session.client.launch(launch, region: session.region)
                }
                guard wait else { return try tell(made, session) }
                let instance = try await doing("waiting for \(made.id) in \(session.region)") {
                    try await session.wait(for: made.id, toBe: "running", unless: ["shutting-down", "terminated", "stopped", "stopping"])
                }
                try tell(instance, session)
                if console { try await follow(instance.id, session) }
            }
        }
    }

    private func tell(_ instance: RemoteInstance, _ session: Session) throws {
        if output.json { return try Terminal.say(json: ListedInstance(instance, region: session.region)) }
        if output.quiet { return Terminal.say(instance.id) }
        Terminal.say("\(instance.id)  \(instance.state)  \(session.region)  \(instance.publicAddress ?? "no public address")")
        guard instance.publicAddress != nil else { return }
        let region = server.region.map { " --region \(ShellQuoting.quote($0))" } ?? ""
        Terminal.say("  ferry ssh \(instance.id)\(region)")
    }

    private func follow(_ id: String, _ session: Session) async throws {
        var follower = ConsoleFollower()
        var pace = session.pace
        while true {
            let bytes = try await doing("reading the console of \(id)") {
                try await session.client.consoleOutput(of: id, region: session.region)
            }
            let news = follower.news(in: bytes)
            if news.isEmpty { try await pace.wait() } else { pace = session.pace }
            // As bytes: to a string, the two that end a line on a console are one character.
            let lines = news.filter { $0 != 0x0D }.split(separator: 0x0A, omittingEmptySubsequences: false)
            Terminal.say(part: lines.map { TerminalText.clean(String(decoding: $0, as: UTF8.self)) }.joined(separator: "\n"))
            let state = try await session.client.instance(id, region: session.region).state
            guard state == "running" || state == "pending" else { return Terminal.remark("\(id) is \(state)") }
        }
    }
}
