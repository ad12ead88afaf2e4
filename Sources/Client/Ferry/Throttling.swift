/// How often the accounts of a Ferry may call it.
package struct Throttling: Codable, Sendable {
    package var profile: String

    enum CodingKeys: String, CodingKey {
        case profile = "Profile"
    }
}

extension AWSClient {
    package func throttling(region: String) async throws -> Throttling {
        try await json(.ferry, "Ferry", "DescribeThrottling", NoInput(), region: region, as: Throttling.self)
    }

    /// - Returns: what is in force from now on.
    package func setThrottling(_ profile: String, region: String) async throws -> Throttling {
        try await json(.ferry, "Ferry", "ModifyThrottling", Throttling(profile: profile), region: region, as: Throttling.self)
    }
}

private struct NoInput: Encodable {}
