import ArgumentParser
import Client
import Foundation

/// Which server a command speaks to, and as whom.
struct ServerOptions: ParsableArguments {
    @Option(name: .customLong("endpoint-url"), help: "The URL of the server, for every service and Region.")
    var endpointURL: String?

    @Option(help: "The Region.")
    var region: String?

    @Option(help: "A profile of the AWS credentials file.")
    var profile: String?

    @Option(
        help: ArgumentHelp("The data folder of a server on this machine; its address and access key are read from there.", valueName: "dir")
    )
    var data: String?

    @Flag(name: .customLong("aws"), help: "Use AWS itself.")
    var useAWS = false

    /// Settles address, access key and Region from the options, the environment and files.
    func connection() throws -> Connection {
        var request = ConnectionRequest()
        request.endpointURL = endpointURL
        request.region = region
        request.profile = profile
        request.dataFolder = data
        request.useAWS = useAWS
        return try Connection(request, environment: ProcessInfo.processInfo.environment)
    }
}
