import Domain
import Services
import Wire

extension IAMService {
    static let providers: [any Action<QueryReader>.Type] = [
        AddClientIDToOpenIDConnectProvider.self, CreateOpenIDConnectProvider.self, DeleteOpenIDConnectProvider.self,
        GetOpenIDConnectProvider.self, ListOpenIDConnectProviderTags.self, ListOpenIDConnectProviders.self,
        RemoveClientIDFromOpenIDConnectProvider.self, TagOpenIDConnectProvider.self, UntagOpenIDConnectProvider.self,
        UpdateOpenIDConnectProviderThumbprint.self,
    ]
}

extension TextConstraint {
    static let providerURL = TextConstraint(1...255)
    static let clientID = TextConstraint(1...255)
    static let thumbprint = TextConstraint(40...40)
}

extension QueryReader {
    var providerARN: String {
        get throws(RequestError) { try text("OpenIDConnectProviderArn", .arn) }
    }

    /// How many there may be is the use case's to say, as a quota.
    var thumbprints: [String] {
        get throws(RequestError) { try texts("ThumbprintList", .thumbprint, count: 0...1000) }
    }
}

extension Call {
    /// A provider by its ARN. What is no ARN is nothing that a policy could allow: the use case refuses it.
    func provider(_ arn: String) -> PolicyResource { ARN(arn).map(PolicyResource.named) ?? .all }
}
