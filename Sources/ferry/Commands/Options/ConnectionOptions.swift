import ArgumentParser
import Connections
import NIOCore

/// What the server grants a client: time, and places.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Time to send the head of a request, including TLS on a new connection; the same again for a body before its signature is verified.",
            valueName: "seconds"
        )
    )
    var headTimeout = 30.0

    @Option(
        help: ArgumentHelp(
            "Disconnect a client that sends a body at less than 1 KiB/s, or reads nothing of an answer, for this long.",
            valueName: "seconds"
        )
    )
    var stallTimeout = 60.0

    @Option(help: ArgumentHelp("Time that a connection may stay open between two requests.", valueName: "seconds"))
    var idleTimeout = 120.0

    @Option(
        help: ArgumentHelp(
            "Time for requests in progress to finish after SIGTERM or SIGINT. A second signal stops the server at once.",
            valueName: "seconds"
        )
    )
    var drainTimeout = 20.0

    @Option(
        help: ArgumentHelp(
            "The most connections to keep open. (default: half the limit on open files, at most 2048)",
            valueName: "count"
        )
    )
    var maxConnections: Int?

    func validate() throws {
        for (name, seconds) in [
            ("--head-timeout", headTimeout), ("--stall-timeout", stallTimeout), ("--idle-timeout", idleTimeout),
            ("--drain-timeout", drainTimeout),
        ] where !(0.1...86_400).contains(seconds) {
            throw ValidationError("\(name) takes 0.1 to 86400 seconds")
        }
        guard (1...100_000).contains(maxConnections ?? 1) else { throw ValidationError("--max-connections takes 1 to 100000") }
    }

    /// - Parameter files: how many files the process may have open.
    func limits(files: Int) -> ConnectionLimits {
        func time(_ seconds: Double) -> TimeAmount { .nanoseconds(Int64(seconds * 1e9)) }
        return ConnectionLimits(
            headTime: time(headTimeout),
            stallTime: time(stallTimeout),
            idleTime: time(idleTimeout),
            // The databases and packs need files, too.
            connections: maxConnections ?? min(2048, max(16, files / 2))
        )
    }
}
