import Domain
import Services
import Wire

extension Call {
    /// The id of the rule that an ARN names.
    ///
    /// - Throws: for a rule of another account or Region, that there is none.
    func ruleID(in text: String) throws -> String {
        guard let arn = ARN(text), arn.service == "rbin", arn.resource.hasPrefix("rule/") else {
            throw RetentionRule.invalid("'\(text.prefix(1024))' is not the ARN of a retention rule")
        }
        let id = String(arn.resource.dropFirst("rule/".count))
        guard arn == ruleARN(id) else {
            throw Fault(.resourceNotFoundException, "The retention rule '\(text.prefix(1024))' does not exist", reason: "RULE_NOT_FOUND")
        }
        return id
    }
}

extension RESTRequest {
    /// The id in the path of a rule.
    var ruleID: String { path[1] }

    /// The ARN in the path, of which a client may not have encoded the slash.
    var resourceARN: String { path.dropFirst().joined(separator: "/") }
}

extension JSONReader {
    /// `ResourceType`.
    func recyclableKind() throws -> RecyclableKind? {
        guard let name: String = try self["ResourceType"] else { return nil }
        guard let kind = RecyclableKind(rawValue: name) else {
            guard name == "EBS_VOLUME" else { throw RetentionRule.invalid("ResourceType must be EBS_SNAPSHOT or EC2_IMAGE, not '\(name)'") }
            throw RetentionRule.invalid("ResourceType EBS_VOLUME is not supported: volumes have no Recycle Bin in Ferry")
        }
        return kind
    }

    func resourceTags(_ name: String) throws -> [ResourceTag]? {
        guard contains(name) else { return nil }
        let members: [ResourceTagMember] = try self[name]
        return members.map(\.tag)
    }

    /// `LockConfiguration`.
    func unlockDays() throws -> Int? {
        let configuration: LockConfigurationMember? = try self["LockConfiguration"]
        return configuration?.days
    }

    /// `RetentionPeriod`.
    func retentionDays() throws -> Int? {
        let period: RetentionPeriodMember? = try self["RetentionPeriod"]
        return period?.days
    }

    /// `Tags` of a rule.
    func ruleTags() throws -> [Tag] {
        let members: [RuleTagMember] = try self["Tags"]
        return members.map(\.tag)
    }
}

private enum DayUnit: String, JSONText {
    case days = "DAYS"
}

private struct RetentionPeriodMember: JSONStructure {
    let days: Int

    init(from json: JSONReader) throws(RequestError) {
        days = try json["RetentionPeriodValue"]
        let _: DayUnit = try json["RetentionPeriodUnit"]
    }
}

private struct LockConfigurationMember: JSONStructure {
    let days: Int

    init(from json: JSONReader) throws(RequestError) {
        let delay: UnlockDelay = try json["UnlockDelay"]
        days = delay.days
    }

    private struct UnlockDelay: JSONStructure {
        let days: Int

        init(from json: JSONReader) throws(RequestError) {
            days = try json["UnlockDelayValue"]
            let _: DayUnit = try json["UnlockDelayUnit"]
        }
    }
}

private struct ResourceTagMember: JSONStructure {
    let tag: ResourceTag

    init(from json: JSONReader) throws(RequestError) {
        tag = ResourceTag(key: try json["ResourceTagKey"], value: try json["ResourceTagValue"])
    }
}

private struct RuleTagMember: JSONStructure {
    let tag: Tag

    init(from json: JSONReader) throws(RequestError) {
        tag = Tag(key: try json["Key"], value: try json["Value"])
    }
}

/// A rule in an answer.
struct RuleAnswer: JSONEncodable {
    let rule: RetentionRule
    let call: Call

    func write(to json: inout JSONWriter) {
        writeSummary(to: &json)
        json.member("ResourceType", rule.kind.rawValue)
        Self.write(rule.resourceTags, as: "ResourceTags", to: &json)
        Self.write(rule.excludedTags, as: "ExcludeResourceTags", to: &json)
        json.member("Status", "available")
        if let days = rule.lock.unlockDays {
            json.object("LockConfiguration") { json in
                json.object("UnlockDelay") { json in
                    json.member("UnlockDelayValue", days)
                    json.member("UnlockDelayUnit", DayUnit.days.rawValue)
                }
            }
        }
        json.member("LockEndTime", rule.lock.end)
    }

    /// What a list shows of a rule.
    func writeSummary(to json: inout JSONWriter) {
        json.member("Identifier", rule.id.rawValue)
        json.member("Description", rule.description)
        json.object("RetentionPeriod") { json in
            json.member("RetentionPeriodValue", rule.days)
            json.member("RetentionPeriodUnit", DayUnit.days.rawValue)
        }
        json.member("LockState", rule.lock.text)
        json.member("RuleArn", call.ruleARN(rule.id.rawValue).description)
    }

    func writeTags(to json: inout JSONWriter) {
        json.list("Tags", rule.tags) { json, tag in
            json.member("Key", tag.key)
            json.member("Value", tag.value)
        }
    }

    private static func write(_ tags: [ResourceTag], as name: String, to json: inout JSONWriter) {
        json.list(name, tags) { json, tag in
            json.member("ResourceTagKey", tag.key)
            json.member("ResourceTagValue", tag.value)
        }
    }
}
