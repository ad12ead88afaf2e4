import Wire

/// Requests of EC2, IAM and STS: parameters of a form.
extension QueryReader: ConditionSource {
    func facts(of action: String) -> ConditionFacts {
        var facts: ConditionFacts = [:]
        var tags: [String: (key: String?, value: String)] = [:]
        for (name, value) in canonicalParameters() {
            let parts = name.split(separator: ".").map(String.init)
            // What is empty is read as what is not there.
            if let key = Self.keys[name], !value.isEmpty { facts.set(key, value) }
            if let place = Self.tag(parts) {
                // The key and the value of a tag are parameters of their own.
                var tag = tags[place] ?? (nil, "")
                if parts.last == "Key" { tag.key = value } else { tag.value = value }
                tags[place] = tag
            } else if parts.count == 3, parts[0] == "TagKeys" {
                facts.add("aws:tagkeys", value)
            } else if parts.count == 3, parts[0] == "TransitiveTagKeys" {
                facts.add("sts:transitivetagkeys", value)
            }
        }
        for tag in tags.sorted(by: { $0.key < $1.key }).map(\.value) {
            if let key = tag.key { facts.addTag(key, tag.value) }
        }
        if let attributes = AttributeFacts(of: action, canonicalParameters()) { facts.merge(attributes.facts) { own, _ in own } }
        return facts
    }

    /// The keys that are a parameter's value as it stands.
    private static let keys = [
        "PolicyArn": "iam:policyarn", "PermissionsBoundary": "iam:permissionsboundary", "AWSServiceName": "iam:awsservicename",
        "ExternalId": "sts:externalid", "RoleSessionName": "sts:rolesessionname", "SourceIdentity": "sts:sourceidentity",
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
}
