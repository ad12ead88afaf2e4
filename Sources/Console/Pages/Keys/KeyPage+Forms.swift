import API
import Domain

/// What the forms of a key's page do.
extension KeyPage {
    private struct Rotation: Encodable {
        let keyId: String
        let rotationPeriodInDays: Int
    }

    private struct Tagging: Encodable {
        struct Tag: Encodable {
            let tagKey: String
            let tagValue: String
        }

        let keyId: String
        let tags: [Tag]
    }

    private struct Untagging: Encodable {
        let keyId: String
        let tagKeys: [String]
    }

    func submit() async throws -> Reply {
        let key = ["KeyId": id]
        switch visit.act {
        case "enable": try await visit.kms("EnableKey", in: region, with: key)
        case "disable": try await visit.kms("DisableKey", in: region, with: key)
        case "cancel": try await visit.kms("CancelKeyDeletion", in: region, with: key)
        case "describe":
            try await visit.kms("UpdateKeyDescription", in: region, with: ["KeyId": id, "Description": visit.field("description")])
        case "alias":
            let alias = Self.alias(visit.field("alias")) ?? ""
            try await visit.kms("CreateAlias", in: region, with: ["AliasName": alias, "TargetKeyId": id])
        case "delete-alias":
            let name = visit.field("name")
            let about = "Who names the key by it finds nothing then. The key stays."
            if let reply = try await asked("Delete the alias \(name)?", about, name, "Delete alias", [("name", name)]) { return reply }
            try await visit.kms("DeleteAlias", in: region, with: ["AliasName": name])
        case "revoke":
            let grant = visit.field("grant")
            let about = "Whom it let use the key may not any more, unless a policy lets it."
            if let reply = try await asked("Revoke the grant?", about, grant, "Revoke grant", [("grant", grant)]) { return reply }
            try await visit.kms("RevokeGrant", in: region, with: ["KeyId": id, "GrantId": grant])
        case "rotate": try await visit.kms("RotateKeyOnDemand", in: region, with: key)
        case "rotate-every":
            guard let days = Int(visit.field("days").trimmed) else {
                throw visit.refusal("ValidationException", "The period is a whole number of days, 90 to 2560.")
            }
            try await visit.kms("EnableKeyRotation", in: region, with: Rotation(keyId: id, rotationPeriodInDays: days))
        case "no-rotation": try await visit.kms("DisableKeyRotation", in: region, with: key)
        case "tag":
            let tag = Tagging.Tag(tagKey: visit.field("tag-key"), tagValue: visit.field("tag-value"))
            try await visit.kms("TagResource", in: region, with: Tagging(keyId: id, tags: [tag]))
        case "untag": try await visit.kms("UntagResource", in: region, with: Untagging(keyId: id, tagKeys: [visit.field("key")]))
        default: throw visit.refusal("MissingParameter", "Say what to do with the key.")
        }
        return visit.done("changed", at: href)
    }

    private func asked(_ question: String, _ about: String, _ word: String, _ title: String, _ hidden: [(String, String)]) async throws
        -> Reply?
    {
        let confirmation = Confirmation(
            question: question,
            about: about,
            word: word,
            title: title,
            act: visit.act,
            hidden: hidden,
            back: href,
            section: "keys"
        )
        return try await confirmation.reply(for: visit)
    }
}
