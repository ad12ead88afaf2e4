import Domain
import Services
import Wire

/// The shapes of IAM's service model, with their constraints.
extension TextConstraint {
    /// Of a user that is to be made.
    static let userName = name(1...64)
    static let existingUserName = name(1...128)
    static let groupName = name(1...128)
    static let roleName = name(1...64)
    static let instanceProfileName = name(1...128)
    static let policyName = name(1...128)

    static let path = TextConstraint(1...512, "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)", matches: IAMNaming.isPath)
    static let pathPrefix = TextConstraint(1...512, "\\u002F[\\u0021-\\u007F]*", matches: IAMNaming.isPathPrefix)
    static let policyPath = TextConstraint(1...512, "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/", matches: IAMNaming.isPolicyPath)
    static let arn = TextConstraint(20...2048)
    /// Longer than IAM's own: ours hold the name of the listing that they came from.
    static let marker = TextConstraint(1...2048, "[\\u0020-\\u00FF]+", of: { (0x20...0xFF).contains($0.value) })

    static let tagKey = TextConstraint(1...128, "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+", of: IAMTagRules.isOfTag)
    static let tagValue = TextConstraint(0...256, "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*", of: IAMTagRules.isOfTag)

    static let accessKeyID = TextConstraint(16...128, "[\\w]+", of: IAMNaming.isOfWord)
    static let certificateID = TextConstraint(24...128, "[\\w]+", of: IAMNaming.isOfWord)
    static let password = TextConstraint(1...128, "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+", of: isLatin)
    static let certificateBody = TextConstraint(
        1...SigningCertificate.bodyLengthMax,
        "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        of: isLatin
    )
    static let accountAlias = TextConstraint(3...63, "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", matches: IAMNaming.isAccountAlias)

    /// Tabs, line breaks, and what Latin-1 has behind them.
    private static func isLatin(_ scalar: Unicode.Scalar) -> Bool {
        ["\t", "\n", "\r"].contains(scalar) || (0x20...0xFF).contains(scalar.value)
    }

    private static func name(_ length: ClosedRange<Int>) -> TextConstraint {
        TextConstraint(length, "[\\w+=,.@-]+", of: IAMNaming.isOfName)
    }
}

/// Parameters that many actions have.
extension QueryReader {
    var page: IAMPageRequest {
        get throws(RequestError) {
            IAMPageRequest(maxItems: try optionalInteger("MaxItems", 1...1000), marker: try optionalText("Marker", .marker))
        }
    }

    /// Of a listing that never has a second page.
    func readOnlyPage() throws(RequestError) {
        let marker = try optionalText("Marker", .marker)
        _ = try optionalInteger("MaxItems", 1...1000)
        guard marker == nil else {
            throw .rejected(code: FaultCode.invalidInput.rawValue, message: "Invalid Marker: this listing gives none.")
        }
    }

    /// `Tags.member.N`
    var tags: [Tag] {
        get throws(RequestError) {
            let tags: [TagMember] = try self["Tags.member"]
            try check(count: tags.count, 0...IAMTagRules.countMax, "Tags")
            return tags.map(\.tag)
        }
    }

    /// `TagKeys.member.N`
    var tagKeys: [String] {
        get throws(RequestError) { try texts("TagKeys", .tagKey, count: 0...IAMTagRules.countMax) }
    }
}

private struct TagMember: QueryStructure {
    let tag: Tag

    init(from query: QueryReader) throws(RequestError) {
        let key = try query.text("Key", .tagKey)
        guard let value = try query.possiblyEmptyText("Value", .tagValue) else { throw .missing("Tags.member.N.Value") }
        tag = Tag(key: key, value: value)
    }
}
