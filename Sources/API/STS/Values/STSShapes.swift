import Domain
import Services
import Wire

/// What STS's service model allows of texts.
extension TextConstraint {
    static let roleARN = TextConstraint(20...2048)
    static let sessionName = TextConstraint(2...64, "[\\w+=,.@-]*", of: isPlain)
    static let federatedName = TextConstraint(2...32, "[\\w+=,.@-]*", of: isPlain)
    static let externalID = TextConstraint(2...1224, "[\\w+=,.@:\\/-]*") { text in
        text.unicodeScalars.allSatisfy { isPlain($0) || ":/".unicodeScalars.contains($0) }
    }
    static let sourceIdentity = TextConstraint(2...64, "[\\w+=,.@-]*", of: isPlain)
    static let sessionPolicy = TextConstraint(1...SessionLimits.policyCharacters)
    static let encodedMessage = TextConstraint(1...10_240)
    static let webIdentityToken = TextConstraint(4...JSONWebToken.charactersMax)
    static let serialNumber = TextConstraint(9...256)
    static let tokenCode = TextConstraint(6...6)

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool { isWord(scalar) || "+=,.@-".unicodeScalars.contains(scalar) }
}

extension QueryReader {
    /// Policies and tags for a session.
    ///
    /// - Parameter hasTransitiveTags: whether the action has them.
    func sessionContent(hasTransitiveTags: Bool = false, hasTags: Bool = true) throws(RequestError) -> SessionContent {
        let arns: [SessionPolicyARN] = try self["PolicyArns.member"]
        try check(count: arns.count, 0...SessionLimits.policyARNs, "PolicyArns")
        var content = SessionContent(policy: try optionalText("Policy", .sessionPolicy), policyARNs: arns.map(\.arn))
        if hasTags {
            let tags: [SessionTag] = try self["Tags.member"]
            try check(count: tags.count, 0...SessionLimits.tags, "Tags")
            content.tags = tags.map(\.tag)
        }
        if hasTransitiveTags { content.transitiveTagKeys = try texts("TransitiveTagKeys", .tagKey, count: 0...SessionLimits.tags) }
        return content
    }

    /// There are no devices for multi-factor authentication, so that no code of one is right.
    func refuseCodes() throws {
        let serial = try optionalText("SerialNumber", .serialNumber)
        let code = try optionalText("TokenCode", .tokenCode)
        guard serial == nil, code == nil else {
            throw Fault(.accessDenied, "MultiFactorAuthentication failed with invalid MFA one time pass code.")
        }
    }
}

private struct SessionPolicyARN: QueryStructure {
    let arn: String

    init(from query: QueryReader) throws(RequestError) { arn = try query.text("arn", .roleARN) }
}

private struct SessionTag: QueryStructure {
    let tag: Tag

    init(from query: QueryReader) throws(RequestError) {
        let key = try query.text("Key", .tagKey)
        guard let value = try query.possiblyEmptyText("Value", .tagValue) else { throw .missing("Tags.member.N.Value") }
        tag = Tag(key: key, value: value)
    }
}
