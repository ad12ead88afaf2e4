import Wire

/// Requests of EC2, IAM and STS: parameters of a form.
extension QueryReader: ConditionSource {
    func facts(of action: String) -> ConditionFacts {
        var facts: ConditionFacts = [:]
        var tags: [String: (key: String?, value: String)] = [:]
        for (name, value) in canonicalParameters() {
            let parts = name.split(separator: ".").map(String.init)
            if let key = Self.keys[name] { facts.set(key, value) }
            if let place = Self.tag(parts) {
                // The key and the value of a tag are parameters of their own.
                var tag = tags[place] ?? (nil, "")
                if parts.last == "Key" { tag.key = value } else { tag.value = value }
                tags[place] = tag
            } else if parts.count == 3, parts[0] == "TagKeys" {
                facts.add("aws:tagkeys", value)
            } else if parts.count == 3, parts[0] == "TransitiveTagKeys" {
                facts.add("sts:transitivetagkeys", value)
            } else if Self.attributes.contains(action) {
                Self.addAttribute(parts, value, to: &facts)
            }
        }
        for tag in tags.values.compactMap({ tag in tag.key.map { ($0, tag.value) } }) { facts.addTag(tag.0, tag.1) }
        return facts
    }

    /// The keys that are a parameter's value as it stands.
    private static let keys = [
        "PolicyArn": "iam:policyarn", "PermissionsBoundary": "iam:permissionsboundary", "AWSServiceName": "iam:awsservicename",
        "ExternalId": "sts:externalid", "RoleSessionName": "sts:rolesessionname", "SourceIdentity": "sts:sourceidentity",
    ]

    private static let attributes: Set<String> = [
        "ModifyImageAttribute", "ModifySnapshotAttribute", "ResetImageAttribute", "ResetSnapshotAttribute",
    ]

    /// The place of a tag, for its key or its value: `TagSpecification.1.Tag.2`, `Tag.1`, `Tags.member.1`.
    private static func tag(_ parts: [String]) -> String? {
        guard let last = parts.last, last == "Key" || last == "Value" else { return nil }
        let isTag =
            switch parts.count {
            case 5: parts[0] == "TagSpecification" && parts[2] == "Tag"
            case 4: parts[0] == "Tags" && parts[1] == "member"
            case 3: parts[0] == "Tag"
            default: false
            }
        return isTag ? parts.dropLast().joined(separator: ".") : nil
    }

    /// `ec2:Attribute`, and what is set of it: `ec2:Attribute/LaunchPermission/Add/Group`.
    private static func addAttribute(_ parts: [String], _ value: String, to facts: inout ConditionFacts) {
        if parts == ["Attribute"] {
            facts.set("ec2:attribute", value.prefix(1).uppercased() + value.dropFirst())
        } else if parts.count == 4, ["Add", "Remove"].contains(parts[1]) {
            facts.set("ec2:attribute", parts[0])
            facts.add("ec2:attribute/\(parts[0])/\(parts[1])/\(parts[3])".lowercased(), value)
        } else if parts.count == 2, parts[1] == "Value" {
            facts.set("ec2:attribute", parts[0])
            facts.set("ec2:attribute/\(parts[0])".lowercased(), value)
        }
    }
}
