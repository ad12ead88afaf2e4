import ArgumentParser
import Client
import Foundation
import Glibc

/// `ferry ssh`: logs in to an instance.
struct SSHCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "ssh",
        abstract: "Log in to an instance by SSH, or run a command in it.",
        discussion: """
            What stands behind the instance is the command; what begins with a hyphen stands behind --. The program ssh takes the place of this \
            one. Its host key is noted under the id of the instance, since addresses are given again.
            """
    )

    @Argument(help: "The instance (i-…).")
    var instance: String

    @Argument(help: "A command to run in it.")
    var command: [String] = []

    @Option(name: .shortAndLong, help: "The user to log in as: admin, ubuntu, ec2-user, as the image has it.")
    var login = "root"

    @Option(name: .shortAndLong, help: ArgumentHelp("The private key.", valueName: "file"), completion: .file())
    var identity: String?

    @OptionGroup var server: ServerOptions

    func execute() async throws {
        let found = try await Session.run(server) { session in
            try await doing("looking up \(instance) in \(session.region)") {
                try await session.client.instance(instance, region: session.region)
            }
        }
        guard found.state == "running" else {
            throw Refusal("\(instance) is \(found.state), not running", advice: "Start it with `ferry start \(instance)`.")
        }
        guard let address = found.publicAddress else { throw Refusal("\(instance) has no public address") }
        var arguments = [
            "ssh", "-p", "\(found.sshPort)", "-l", login, "-o", "HostKeyAlias=\(found.id)", "-o", "StrictHostKeyChecking=accept-new",
        ]
        if let identity { arguments += ["-i", identity] }
        try Self.become(arguments + ["--", address] + command)
    }

    private static func become(_ arguments: [String]) throws -> Never {
        let words = arguments.map { strdup($0) } + [nil]
        execvp("ssh", words)
        throw Refusal("ssh cannot be run: \(String(cString: strerror(errno)))", advice: "Install it (Debian: openssh-client).")
    }
}
