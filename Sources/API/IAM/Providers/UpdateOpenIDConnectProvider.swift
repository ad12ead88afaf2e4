import Domain
import Services
import Wire

struct AddClientIDToOpenIDConnectProvider: IAMAction {
    static let permissions = [Permission<Self>("iam:AddClientIDToOpenIDConnectProvider") { [$1.provider($0.arn)] }]

    private let arn: String
    private let clientID: String

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.providerARN
        clientID = try query.text("ClientID", .clientID)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await OpenIDProviders(call).add(clientID: clientID, to: arn)
        return XMLEmpty()
    }
}

struct RemoveClientIDFromOpenIDConnectProvider: IAMAction {
    static let permissions = [Permission<Self>("iam:RemoveClientIDFromOpenIDConnectProvider") { [$1.provider($0.arn)] }]

    private let arn: String
    private let clientID: String

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.providerARN
        clientID = try query.text("ClientID", .clientID)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await OpenIDProviders(call).remove(clientID: clientID, from: arn)
        return XMLEmpty()
    }
}

struct UpdateOpenIDConnectProviderThumbprint: IAMAction {
    static let permissions = [Permission<Self>("iam:UpdateOpenIDConnectProviderThumbprint") { [$1.provider($0.arn)] }]

    private let arn: String
    private let thumbprints: [String]

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.providerARN
        thumbprints = try query.thumbprints
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await OpenIDProviders(call).setThumbprints(of: arn, to: thumbprints)
        return XMLEmpty()
    }
}
