import Wire

/// Who a credential is.
package struct CallerIdentity: Hashable, Sendable, Codable {
    package var account: String
    package var arn: String
    package var userId: String
}

extension AWSClient {
    package func callerIdentity(region: String) async throws -> CallerIdentity {
        let answer = try await query(.sts, "GetCallerIdentity", version: "2011-06-15", [], region: region, repetition: .anytime).root
        guard let result = answer["GetCallerIdentityResult"], let account = result["Account"]?.text else {
            throw UnexpectedAnswer(action: "GetCallerIdentity", problem: "it names no account")
        }
        return CallerIdentity(account: account, arn: result["Arn"]?.text ?? "", userId: result["UserId"]?.text ?? "")
    }
}
