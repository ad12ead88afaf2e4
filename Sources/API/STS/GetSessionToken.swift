import Domain
import Services
import Wire

/// Temporary keys of the caller itself.
struct GetSessionToken: QueryAction {
    static let namespace = STSService.namespace
    static let permissions = [Permission<Self>.everybodys("sts:GetSessionToken")]

    private let seconds: Int?

    init(from query: QueryReader) throws(RequestError) {
        seconds = try query.optionalInteger("DurationSeconds", SessionLimits.shortest...SessionLimits.longestOfUser)
    }

    static func read(_ query: QueryReader, in call: Call) throws -> ReadAction<Self> {
        try query.refuseCodes()
        let action = try Self(from: query)
        try query.requireAllRead()
        return ReadAction(action: action)
    }

    func run(in call: Call) throws -> Answer {
        try call.refuseSession(of: Self.name)
        return Answer(keys: try SecurityTokens(call).sessionToken(seconds: seconds))
    }

    struct Answer: XMLEncodable {
        let keys: TemporaryKeys

        func write(to xml: inout XMLWriter) { keys.write(to: &xml) }
    }
}

/// Temporary keys of somebody whom the caller vouches for.
struct GetFederationToken: QueryAction {
    static let namespace = STSService.namespace
    static let permissions = [
        Permission<Self>("sts:GetFederationToken") { [$1.federatedUser($0.name)] },
        Permission<Self>("sts:TagSession") { $0.content.tags.isEmpty ? [] : [$1.federatedUser($0.name)] },
    ]

    private let name: String
    private let seconds: Int?
    private let content: SessionContent

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("Name", .federatedName)
        seconds = try query.optionalInteger("DurationSeconds", SessionLimits.shortest...SessionLimits.longestOfUser)
        content = try query.sessionContent()
    }

    func run(in call: Call) throws -> Answer {
        try call.refuseSession(of: Self.name)
        let keys = try SecurityTokens(call).federationToken(for: name, seconds: seconds, content)
        return Answer(keys: keys, name: name, partition: call.region.partition)
    }

    struct Answer: XMLEncodable {
        let keys: TemporaryKeys
        let name: String
        let partition: String

        func write(to xml: inout XMLWriter) {
            keys.write(to: &xml)
            xml.element("FederatedUser") { xml in
                xml.element("FederatedUserId", keys.principal.userID)
                xml.element("Arn", keys.principal.arn(in: partition))
            }
        }
    }
}

extension Call {
    /// Sessions, of roles as well, begin none of these.
    fileprivate func refuseSession(of action: String) throws {
        guard session == nil else { throw Fault(.accessDenied, "Cannot call \(action) with session credentials") }
    }
}
