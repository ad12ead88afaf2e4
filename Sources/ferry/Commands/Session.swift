import Client

/// An open connection to a server, and the threads for files.
struct Session: Sendable {
    let connection: Connection
    let client: AWSClient
    let pool: FilePool

    private(set) var region: String

    /// Opens what a command needs, runs it, and closes everything, however the command ends.
    static func run<Value: Sendable>(
        _ options: ServerOptions,
        connections: Int = 64,
        _ body: (Session) async throws -> Value
    ) async throws -> Value {
        try await run(options.connection(), connections: connections, body)
    }

    /// The same, where it is known who calls where.
    static func run<Value: Sendable>(
        _ connection: Connection,
        connections: Int = 64,
        _ body: (Session) async throws -> Value
    ) async throws -> Value {
        let client = AWSClient(
            endpoints: connection.endpoints,
            credential: connection.credential,
            connections: connections,
            trustedCertificates: connection.trustedCertificates
        )
        let session = Session(connection: connection, client: client, pool: FilePool(), region: connection.region)
        do {
            let value = try await body(session)
            try await session.close()
            return value
        } catch {
            try? await session.close()
            throw error
        }
    }

    /// The same, for another Region of the server.
    func at(_ region: String) -> Session {
        var session = self
        session.region = region
        return session
    }

    /// The Regions that there are, or the one of the session.
    func regions(all: Bool) async throws -> [String] {
        guard all else { return [region] }
        return try await doing("listing the Regions") { try await client.regionNames(asking: region) }
    }

    private func close() async throws {
        try await client.shutdown()
        try await pool.shutdown()
    }

    /// How long to wait between two looks at something that the server works on.
    ///
    /// A server of one's own answers at once and for nothing; AWS counts calls, so its waiters' pace is kept.
    var pace: PollingPace {
        connection.endpoints.isAWS
            ? PollingPace(first: .seconds(5), longest: .seconds(15)) : PollingPace(first: .milliseconds(50), longest: .seconds(2))
    }
}

/// Waits that grow by half each time, up to a longest one.
struct PollingPace {
    private var next: Duration
    private let longest: Duration

    init(first: Duration, longest: Duration) {
        next = first
        self.longest = longest
    }

    mutating func wait() async throws {
        try await Task.sleep(for: next)
        next = min(next * 1.5, longest)
    }
}
