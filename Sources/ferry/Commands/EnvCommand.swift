import ArgumentParser
import Client
import Foundation
import Wire

/// `ferry env`: what points the AWS tools of a shell at the server.
struct EnvCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "env",
        abstract: "Print shell commands that point the AWS tools at a server: eval \"$(ferry env)\".",
        discussion:
            "The address and the access key come from the options and the data folder, never from variables that are already set."
    )

    @Option(name: .customLong("endpoint-url"), help: "The URL of the server.")
    var endpointURL: String?

    @Option(help: "The Region to work in. (default: AWS_REGION, else us-east-1)")
    var region: String?

    @Option(help: ArgumentHelp("The data folder of the server.", valueName: "dir"))
    var data: String?

    @Flag(help: "Print the commands that undo this.")
    var unset = false

    /// Would outrank or spoil what is exported.
    private static let inTheWay = [
        "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_USE_FIPS_ENDPOINT",
        "AWS_USE_DUALSTACK_ENDPOINT",
    ]

    /// The URLs that an environment has for single services, whichever they are.
    private static func serviceURLs(in environment: [String: String]) -> [String] {
        environment.keys.filter { $0.wholeMatch(of: /AWS_ENDPOINT_URL_[A-Za-z0-9_]+/) != nil }.sorted()
    }

    func execute() async throws {
        if unset {
            let names = [
                "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION",
                "AWS_EC2_METADATA_DISABLED",
            ]
            Terminal.say("unset \(names.joined(separator: " "))")
            return
        }
        let environment = ProcessInfo.processInfo.environment
        var request = ConnectionRequest()
        request.endpointURL = endpointURL
        request.region = region
        request.dataFolder = data ?? ServerFolder.standard(environment).path
        request.ownKeyOnly = true
        let kept = ["AWS_REGION", "AWS_DEFAULT_REGION"]
        let connection = try Connection(request, environment: environment.filter { kept.contains($0.key) })
        let endpoint = connection.endpoints.url(of: .ec2, in: connection.region)

        Terminal.say("unset \((Self.inTheWay + Self.serviceURLs(in: environment)).joined(separator: " "))")
        for (name, value) in [
            ("AWS_ENDPOINT_URL", endpoint.description),
            ("AWS_ACCESS_KEY_ID", connection.credential.accessKeyID),
            ("AWS_SECRET_ACCESS_KEY", connection.credential.secretAccessKey),
            ("AWS_REGION", connection.region),
            ("AWS_DEFAULT_REGION", connection.region),
            // Without it, tools that find no key look for one at the cloud's metadata address, and hang.
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ] {
            Terminal.say("export \(name)=\(ShellQuoting.quote(value))")
        }
    }
}
