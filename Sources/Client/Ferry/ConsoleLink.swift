/// Where a browser signs in, once.
package struct ConsoleLink: Decodable, Sendable {
    /// Below the server's address.
    package var path: String

    enum CodingKeys: String, CodingKey {
        case path = "Path"
    }
}

extension AWSClient {
    package func createConsoleLink(region: String) async throws -> ConsoleLink {
        try await json(
            .ferry,
            "Ferry",
            "CreateConsoleLink",
            [String: String](),
            region: region,
            repetition: .whenNotTaken,
            as: ConsoleLink.self
        )
    }
}
