/// A new access key of an account's root user.
package struct RootAccessKey: Decodable, Sendable {
    package var account: String
    package var accessKeyID: String
    package var secretAccessKey: String

    enum CodingKeys: String, CodingKey {
        case account = "AccountId"
        case accessKeyID = "AccessKeyId"
        case secretAccessKey = "SecretAccessKey"
    }
}

extension AWSClient {
    package func createRootAccessKey(of account: String, region: String) async throws -> RootAccessKey {
        let input = AccountInput(account: account)
        return try await json(
            .ferry,
            "Ferry",
            "CreateRootAccessKey",
            input,
            region: region,
            repetition: .whenNotTaken,
            as: RootAccessKey.self
        )
    }
}

private struct AccountInput: Encodable {
    var account: String

    enum CodingKeys: String, CodingKey {
        case account = "AccountId"
    }
}
