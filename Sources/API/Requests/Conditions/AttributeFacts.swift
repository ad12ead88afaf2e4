/// What conditions ask about a request that changes an attribute of an image, a snapshot, a volume or an instance, in whichever of the encodings it is sent
/// (docs/behaviour/sharing.md, "Encodings"): `ec2:Attribute`, what is set of it (`ec2:Attribute/LaunchPermission/Add/Group`), and whom it is shared
/// with (`ec2:Add/group`).
struct AttributeFacts {
    private(set) var facts: ConditionFacts = [:]

    /// The attribute that says whom the resource is shared with, by the action.
    private static let shared = [
        "ModifyImageAttribute": "LaunchPermission", "ModifySnapshotAttribute": "CreateVolumePermission",
        "ResetImageAttribute": "LaunchPermission", "ResetSnapshotAttribute": "CreateVolumePermission",
    ]
    /// Of what is shared with nobody: the parameters that set an attribute as they stand, beside those that end in `.Value`.
    private static let others: [String: Set<String>] = [
        "ModifyInstanceAttribute": [], "ModifyVolumeAttribute": [],
        "ModifyInstanceMetadataOptions": ["HttpEndpoint", "HttpPutResponseHopLimit", "HttpTokens", "InstanceMetadataTags"],
        "ModifyVolume": ["Iops", "MultiAttachEnabled", "Size", "Throughput", "VolumeType"],
    ]
    /// Attributes that are lists, by the first part of their parameters' names.
    private static let listed = ["GroupId": "GroupSet", "BlockDeviceMapping": "BlockDeviceMapping"]
    private static let operations = ["Add", "Remove"]
    /// The lists that stand beside `OperationType`, and what a structure calls their members.
    private static let lists = [
        "UserId": "UserId", "UserGroup": "Group", "OrganizationArn": "OrganizationArn", "OrganizationalUnitArn": "OrganizationalUnitArn",
    ]

    /// Nil for actions without attributes.
    init?(of action: String, _ parameters: [(String, String)]) {
        guard Self.shared[action] != nil || Self.others[action] != nil else { return nil }
        let sent = parameters.filter { !$1.isEmpty }.map { (parts: $0.split(separator: ".").map(String.init), value: $1) }
        for (parts, value) in sent {
            if parts.count == 4, Self.operations.contains(parts[1]) { share(parts[0], parts[1], parts[3], value) }
        }
        for (parts, value) in sent {
            guard let member = Self.lists[parts[0]], parts.count == 2 else { continue }
            guard let shared = Self.shared[action] else { continue }
            for operation in Self.listedOperations(sent) { share(shared, operation, member, value) }
        }
        for (parts, value) in sent {
            if parts.count == 1, Self.others[action]?.contains(parts[0]) == true { set(parts[0], value) }
            if action == "ModifyInstanceAttribute", parts.count > 1, let attribute = Self.listed[parts[0]] {
                add("ec2:attribute", attribute)
                if parts.count == 2 { add("ec2:attribute/\(attribute)", value) }
            }
        }
        // Also what is empty: a description is taken away so.
        for (name, value) in parameters {
            let parts = name.split(separator: ".").map(String.init)
            if parts.count == 2, parts[1] == "Value" { set(parts[0], value) }
        }
        let named = sent.first { $0.parts == ["Attribute"] }?.value
        if let value = parameters.first(where: { $0.0 == "Value" })?.1 { set(Self.title(named ?? "description"), value) }
        if let named { add("ec2:attribute", Self.title(named)) }
    }

    /// What is done with the lists: what `OperationType` says or, without it, what is done with structures. Where neither says so it may be both.
    private static func listedOperations(_ sent: [(parts: [String], value: String)]) -> [String] {
        if let type = sent.first(where: { $0.parts == ["OperationType"] })?.value { return operations.filter { $0.lowercased() == type } }
        let done = operations.filter { operation in sent.contains { $0.parts.count == 4 && $0.parts[1] == operation } }
        return done.isEmpty ? operations : done
    }

    private mutating func share(_ attribute: String, _ operation: String, _ member: String, _ value: String) {
        add("ec2:attribute", attribute)
        add("ec2:attribute/\(attribute)/\(operation)/\(member)", value)
        add("ec2:\(operation)/\(member)", value)
    }

    private mutating func set(_ attribute: String, _ value: String) {
        add("ec2:attribute", attribute)
        add("ec2:attribute/\(attribute)", value)
    }

    private mutating func add(_ key: String, _ value: String) {
        let key = key.lowercased()
        if facts[key]?.contains(value) != true { facts.add(key, value) }
    }

    /// As policies spell attributes, which are sent in small letters too.
    private static func title(_ attribute: String) -> String { attribute.prefix(1).uppercased() + attribute.dropFirst() }
}
