import Domain
import Services
import Wire

/// The shapes of Organizations' service model, with their constraints.
extension JSONShape {
    static let accountID = JSONShape.string(length: 0...12, pattern: .accountID)
    static let accountName = JSONShape.string(length: 1...50, pattern: .printable)
    static let email = JSONShape.string(length: 6...64, pattern: .email)
    static let roleName = JSONShape.string(length: 0...64, pattern: .roleName)
    static let billingAccess = JSONShape.choice(["ALLOW", "DENY"])
    static let accountRequestID = JSONShape.string(length: 0...36, pattern: .accountRequestID)
    static let accountRequestStates = JSONShape.list(.choice(AccountRequest.State.allCases.map(\.rawValue)))
    static let featureSet = JSONShape.choice(["ALL", "CONSOLIDATED_BILLING"])

    static let rootID = JSONShape.string(length: 0...34, pattern: .rootID)
    static let parentID = JSONShape.string(length: 0...100, pattern: .parentID)
    static let childID = JSONShape.string(length: 0...100, pattern: .childID)
    static let targetID = JSONShape.string(length: 0...100, pattern: .targetID)
    static let unitID = JSONShape.string(length: 0...68, pattern: .unitID)
    static let organizationName = JSONShape.string(length: 1...128)
    static let childType = JSONShape.choice(ChildKind.allCases.map(\.rawValue))

    static let organizationPolicyID = JSONShape.string(length: 0...130, pattern: .policyID)
    static let policyContent = JSONShape.string(length: 1...Int.max)
    static let policyDescription = JSONShape.string(length: 0...512)
    static let policyType = JSONShape.choice([
        "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY", "BACKUP_POLICY", "AISERVICES_OPT_OUT_POLICY", "CHATBOT_POLICY",
        "DECLARATIVE_POLICY_EC2", "SECURITYHUB_POLICY", "INSPECTOR_POLICY", "UPGRADE_ROLLOUT_POLICY", "BEDROCK_POLICY", "S3_POLICY",
        "NETWORK_SECURITY_DIRECTOR_POLICY",
    ])
    static let servicePrincipal = JSONShape.string(length: 1...128, pattern: .servicePrincipal)

    static let handshakeAction = JSONShape.choice([
        "INVITE", "ENABLE_ALL_FEATURES", "APPROVE_ALL_FEATURES", "ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE", "TRANSFER_RESPONSIBILITY",
    ])
    static let handshakeID = JSONShape.string(length: 0...34, pattern: .handshakeID)

    static let taggableID = JSONShape.string(length: 0...130, pattern: .taggableID)
    static let organizationTagKey = JSONShape.string(length: 1...128, pattern: .tag)
    static let organizationTagKeys = JSONShape.list(organizationTagKey)
    static let organizationTags = JSONShape.list(
        .structure([.required("Key", organizationTagKey), .required("Value", .string(length: 0...256, pattern: .tag))])
    )
}

extension JSONMember {
    static let organizationPage: [JSONMember] = [
        .optional("NextToken", .string(length: 0...100_000)), .optional("MaxResults", .integer(1...20)),
    ]
    static let organizationTags: [JSONMember] = [.optional("Tags", .organizationTags)]
}

extension JSONReader {
    func organizationPage() throws(RequestError) -> PageRequest {
        PageRequest(maxResults: try self["MaxResults"] ?? OrganizationLimits.page, nextToken: try self["NextToken"], sizes: 1...20)
    }

    func organizationTags() throws(RequestError) -> [Tag] {
        let tags: [OrganizationTagMember] = try self["Tags"]
        return tags.map(\.tag)
    }

    /// The type of a policy, of which Ferry has one.
    func isServiceControlPolicy(_ name: String) throws(RequestError) -> Bool {
        let type: String = try self[name]
        return type == OrganizationPolicy.type
    }

    /// - Throws: `Fault` for a type that Ferry does not have.
    func requireServiceControlPolicy(_ name: String) throws {
        guard try isServiceControlPolicy(name) else {
            throw Fault(.policyTypeNotAvailable, "This Ferry has service control policies (\(OrganizationPolicy.type)) and no other type.")
        }
    }
}

/// A tag as Organizations spells it.
struct OrganizationTagMember: JSONStructure {
    let tag: Tag

    init(from json: JSONReader) throws(RequestError) {
        tag = Tag(key: try json["Key"], value: try json["Value"])
    }
}

extension JSONPattern {
    fileprivate static let accountID = JSONPattern("^\\d{12}$", matching: isAccount)
    fileprivate static let printable = JSONPattern("[\\u0020-\\u007E]+") { (0x20...0x7E).contains($0.value) }
    fileprivate static let email = JSONPattern(
        "[^\\s@]+@[^\\s@]+\\.[^\\s@]+",
        matching: { $0.wholeMatch(of: /[^\s@]+@[^\s@]+\.[^\s@]+/) != nil }
    )
    fileprivate static let roleName = JSONPattern("[\\w+=,.@-]{1,64}", matching: { $0.wholeMatch(of: /[A-Za-z0-9_+=,.@-]{1,64}/) != nil })
    fileprivate static let servicePrincipal = JSONPattern("[\\w+=,.@-]*", matching: { $0.wholeMatch(of: /[A-Za-z0-9_+=,.@-]*/) != nil })
    fileprivate static let accountRequestID = JSONPattern(
        "^car-[a-z0-9]{8,32}$",
        matching: { $0.wholeMatch(of: /car-[a-z0-9]{8,32}/) != nil }
    )
    fileprivate static let handshakeID = JSONPattern("^h-[0-9a-z]{8,32}$", matching: { $0.wholeMatch(of: /h-[0-9a-z]{8,32}/) != nil })
    fileprivate static let rootID = JSONPattern("^r-[0-9a-z]{4,32}$", matching: isRoot)
    fileprivate static let unitID = JSONPattern("^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$", matching: isUnit)
    fileprivate static let parentID = JSONPattern(
        "^(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$",
        matching: { isRoot($0) || isUnit($0) }
    )
    fileprivate static let childID = JSONPattern(
        "^(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$",
        matching: { isAccount($0) || isUnit($0) }
    )
    fileprivate static let targetID = JSONPattern("^(r-[0-9a-z]{4,32})|(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", matching: isTarget)
    fileprivate static let policyID = JSONPattern("^p-[0-9a-zA-Z_]{8,128}$", matching: isPolicy)
    fileprivate static let taggableID = JSONPattern(
        "^(r-[0-9a-z]{4,32})|(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})|(^p-[0-9a-zA-Z_]{8,128})|(^rp-[0-9a-zA-Z_]{4,128})"
            + "|(^rt-[0-9a-zA-Z_]{8,32})$",
        matching: { isTarget($0) || isPolicy($0) || $0.wholeMatch(of: /rp-[0-9a-zA-Z_]{4,128}|rt-[0-9a-zA-Z_]{8,32}/) != nil }
    )
    fileprivate static let tag = JSONPattern("^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$", allowsEmpty: true) { scalar in
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .spaceSeparator, .lineSeparator,
            .paragraphSeparator, .decimalNumber, .letterNumber, .otherNumber:
            true
        default: "_.:/=+-@".unicodeScalars.contains(scalar)
        }
    }

    private static func isAccount(_ text: String) -> Bool { AccountID(rawValue: text) != nil }
    private static func isRoot(_ text: String) -> Bool { text.wholeMatch(of: /r-[0-9a-z]{4,32}/) != nil }
    private static func isUnit(_ text: String) -> Bool { text.wholeMatch(of: /ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}/) != nil }
    private static func isTarget(_ text: String) -> Bool { isRoot(text) || isAccount(text) || isUnit(text) }
    private static func isPolicy(_ text: String) -> Bool { text.wholeMatch(of: /p-[0-9a-zA-Z_]{8,128}/) != nil }
}
