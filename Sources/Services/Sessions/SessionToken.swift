import Domain
import Foundation

/// What stands in a session token: all that the server has to know of the session, its secret as well, so that no row is kept of it.
struct SessionToken: Codable, Sendable {
    enum Kind: String, Codable, Sendable {
        case root, user, role, federated
    }

    struct TagPair: Codable, Sendable {
        let k: String
        let v: String
    }

    let accessKeyID: String
    let secret: String
    let account: String
    let kind: Kind
    /// The id of the user or the role; nil for the root user, and for whom it federates.
    let identity: String?
    /// Of the session of a role, or of a federated user.
    let name: String?
    let policy: String?
    let policyARNs: [String]?
    let tags: [TagPair]?
    let transitive: [String]?
    let source: String?
    let chained: Bool?
    let provider: String?
    let providerFacts: [String: [String]]?
    let console: Bool?
    let issued: Int
    let expires: Int

    enum CodingKeys: String, CodingKey {
        case accessKeyID = "a"
        case secret = "s"
        case account = "c"
        case kind = "k"
        case identity = "i"
        case name = "n"
        case policy = "p"
        case policyARNs = "r"
        case tags = "t"
        case transitive = "v"
        case source = "o"
        case chained = "h"
        case provider = "f"
        case providerFacts = "w"
        case console = "u"
        case issued = "b"
        case expires = "e"
    }

    var session: CallerSession {
        CallerSession(
            policy: policy,
            policyARNs: policyARNs ?? [],
            tags: (tags ?? []).map { Tag(key: $0.k, value: $0.v) },
            transitiveTagKeys: transitive ?? [],
            sourceIdentity: source,
            isChained: chained ?? false,
            provider: provider,
            providerFacts: providerFacts ?? [:],
            isOfConsole: console ?? false,
            issuedAt: Date(timeIntervalSince1970: Double(issued)),
            expiresAt: Date(timeIntervalSince1970: Double(expires))
        )
    }

    init(key: NewAccessKey, of account: AccountID, _ kind: Kind, identity: String?, name: String?, _ session: CallerSession) {
        accessKeyID = key.id
        secret = key.secret
        self.account = account.rawValue
        self.kind = kind
        self.identity = identity
        self.name = name
        policy = session.policy
        policyARNs = session.policyARNs.isEmpty ? nil : session.policyARNs
        tags = session.tags.isEmpty ? nil : session.tags.map { TagPair(k: $0.key, v: $0.value) }
        transitive = session.transitiveTagKeys.isEmpty ? nil : session.transitiveTagKeys
        source = session.sourceIdentity
        chained = session.isChained ? true : nil
        provider = session.provider
        providerFacts = session.providerFacts.isEmpty ? nil : session.providerFacts
        console = session.isOfConsole ? true : nil
        issued = Int(session.issuedAt.timeIntervalSince1970)
        expires = Int(session.expiresAt.timeIntervalSince1970)
    }

    func sealed(by tokens: TokenSealer) throws -> String {
        // Whether it has expired is told apart from whether it is one: the seal itself does not end.
        try tokens.sealHidden(Array(JSONEncoder().encode(self)), as: .session)
    }

    /// Nil for what was not made here.
    init?(_ text: String, sealedBy tokens: TokenSealer) {
        guard let content = tokens.openHidden(text, as: .session), let token = try? JSONDecoder().decode(Self.self, from: Data(content))
        else {
            return nil
        }
        self = token
    }
}
