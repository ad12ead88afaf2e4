import Domain
import Foundation

/// A role's temporary keys, as the guest's SDKs read them.
package struct GuestRoleKeys: Sendable, Equatable {
    package let accessKeyID: String
    package let secretAccessKey: String
    package let sessionToken: String
    package let updatedAt: Date
    package let expiresAt: Date

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String, updatedAt: Date, expiresAt: Date) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.updatedAt = updatedAt
        self.expiresAt = expiresAt
    }
}

/// What the metadata service of one instance asks of the layers above.
package protocol GuestMetadataSource: Sendable {
    /// The metadata as it is now; nil when there is no such instance any more.
    func metadata() async throws -> GuestMetadata?

    /// Keys of the role of the instance's profile; nil when nobody can have them now.
    func roleKeys() async throws -> GuestRoleKeys?

    /// - Returns: DER of the signature, in the way that is asked for.
    func sign(_ document: [UInt8], _ signature: IdentitySignature) async throws -> [UInt8]
}

/// Answers the calls of one guest to 169.254.169.254, versions 1 and 2 (docs/behaviour/instance-metadata.md).
package struct MetadataService: Sendable {
    /// What versions a guest may name. They all answer the same.
    static let versions = [
        "1.0", "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15", "2008-02-01", "2008-09-01", "2009-04-04", "2011-01-01",
        "2011-05-01", "2012-01-12", "2014-02-25", "2014-11-05", "2015-10-20", "2016-04-19", "2016-06-30", "2016-09-02", "2018-03-28",
        "2018-08-17", "2018-09-24", "2019-10-01", "2020-10-27", "2021-01-03", "2021-03-23", "2021-07-15", "2022-09-24", "2024-04-11",
        "latest",
    ]
    private static let tokenPath = "api/token"

    private let source: any GuestMetadataSource
    private let tokens: MetadataTokens
    private let clock: WallClock

    package init(_ source: any GuestMetadataSource, tokens: MetadataTokens, clock: WallClock) {
        self.source = source
        self.tokens = tokens
        self.clock = clock
    }

    package func reply(to request: MetadataRequest) async throws -> MetadataReply {
        guard let metadata = try await source.metadata() else { return .refused(404) }
        guard metadata.options.isEnabled else { return .refused(403) }
        let path = request.target.prefix { $0 != "?" && $0 != "#" }.split(separator: "/")
        if path.joined(separator: "/") == "latest/" + Self.tokenPath { return token(request) }
        guard request.method == "GET" || request.method == "HEAD" else { return .refused(405) }
        var headers: [(String, String)] = []
        switch request.token {
        case nil: if metadata.options.requiresToken { return .refused(401) }
        case let token?:
            guard let left = tokens.secondsLeft(of: token, at: clock.now) else { return .refused(401) }
            headers.append((MetadataReply.secondsHeader, String(left)))
        }
        guard var reply = try await read(path, of: metadata) else { return .refused(404) }
        reply.headers += headers
        return reply
    }

    /// A new token. What came through a proxy is refused: an open proxy in the guest must not hand them out.
    private func token(_ request: MetadataRequest) -> MetadataReply {
        guard request.method == "PUT" else { return .refused(405) }
        guard !request.isForwarded else { return .refused(403) }
        guard let seconds = request.tokenSeconds.flatMap(Int.init), MetadataTokens.seconds.contains(seconds) else { return .refused(400) }
        var reply = MetadataReply(text: tokens.token(for: seconds, at: clock.now))
        reply.headers.append((MetadataReply.secondsHeader, String(seconds)))
        return reply
    }

    private func read(_ path: [Substring], of metadata: GuestMetadata) async throws -> MetadataReply? {
        guard let version = path.first else { return MetadataReply(text: Self.versions.joined(separator: "\n")) }
        guard Self.versions.contains(String(version)), let tree = metadata.tree[path.dropFirst()] else { return nil }
        switch tree {
        case .text(let text): return MetadataReply(text: text)
        case .bytes(let bytes): return MetadataReply(bytes: bytes, type: "application/octet-stream")
        case .list(let entries): return MetadataReply(text: MetadataTree.lines(of: entries))
        case .made(.roleKeys): return try await roleKeys(of: metadata)
        case .made(.signature(let signature)):
            let bytes = try await source.sign(Array(metadata.identityDocument.utf8), signature)
            return MetadataReply(text: Data(bytes).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed]))
        }
    }

    private func roleKeys(of metadata: GuestMetadata) async throws -> MetadataReply? {
        guard let keys = try await source.roleKeys() else { return nil }
        let values = [
            ("Code", "Success"),
            ("LastUpdated", GuestMetadata.seconds(keys.updatedAt)),
            ("Type", "AWS-HMAC"),
            ("AccessKeyId", keys.accessKeyID),
            ("SecretAccessKey", keys.secretAccessKey),
            ("Token", keys.sessionToken),
            ("Expiration", GuestMetadata.seconds(keys.expiresAt)),
        ]
        let lines = values.map { "  \"\($0)\" : \"\($1)\"" }
        return MetadataReply(text: "{\n\(lines.joined(separator: ",\n"))\n}")
    }
}

/// What a guest asks.
package struct MetadataRequest: Sendable {
    package let method: String
    /// As it stands in the request line.
    package let target: String
    package var token: String?
    /// For how long a new token is to be good.
    package var tokenSeconds: String?
    /// Whether a proxy has passed it on.
    package var isForwarded: Bool

    package init(method: String, target: String, token: String? = nil, tokenSeconds: String? = nil, isForwarded: Bool = false) {
        self.method = method
        self.target = target
        self.token = token
        self.tokenSeconds = tokenSeconds
        self.isForwarded = isForwarded
    }
}

package struct MetadataReply: Sendable {
    static let secondsHeader = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds"

    package let status: Int
    package var headers: [(String, String)]
    package let body: [UInt8]

    init(text: String) { self.init(bytes: Array(text.utf8), type: "text/plain") }

    init(bytes: [UInt8], type: String) {
        status = 200
        headers = [("Content-Type", type)]
        body = bytes
    }

    private init(status: Int) {
        self.status = status
        headers = [("Content-Type", "text/plain")]
        body = []
    }

    static func refused(_ status: Int) -> MetadataReply { MetadataReply(status: status) }
}
