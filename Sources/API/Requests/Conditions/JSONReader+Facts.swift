import Foundation
import Wire

/// Requests of KMS and of what else speaks JSON 1.1.
extension JSONReader: ConditionSource {
    func facts(of action: String) -> ConditionFacts {
        var facts: ConditionFacts = [:]
        for name in memberNames {
            switch name {
            case "Tags":
                for tag in readers(of: name) {
                    guard let key = tag.rawText("TagKey") ?? tag.rawText("Key") else { continue }
                    facts.addTag(key, tag.rawText("TagValue") ?? tag.rawText("Value") ?? "")
                }
            case "TagKeys": for key in texts(of: name) { facts.add("aws:tagkeys", key) }
            case "EncryptionContext":
                guard let context = value(name).unreadReader else { continue }
                for key in context.memberNames {
                    facts.addEncryptionContext(key, context.rawText(key) ?? "")
                }
            case "Operations": for operation in texts(of: name) { facts.add("kms:grantoperations", operation) }
            case "KeyId":
                guard let text = rawText(name), let alias = Self.alias(text) else { continue }
                facts.set("kms:requestalias", alias)
            case "Constraints":
                guard let constraints = value(name).unreadReader else { continue }
                // One without a pair is none: see `CreateGrant`.
                for type in constraints.memberNames {
                    guard let context = constraints.value(type).unreadReader, !context.memberNames.isEmpty else { continue }
                    facts.add("kms:grantconstrainttype", type)
                    for key in context.memberNames { facts.addEncryptionContext(key, context.rawText(key) ?? "") }
                }
            default:
                if let key = Self.keys[name] { facts.set(key, rawText(name) ?? value(name).unreadNumber) }
            }
        }
        // What is left out of a request is asked for all the same.
        for (key, standard) in Self.standards[action] ?? [:] where facts[key] == nil { facts.set(key, standard) }
        return facts
    }

    private static let symmetric = ["kms:encryptionalgorithm": "SYMMETRIC_DEFAULT"]

    private static let standards: [String: [String: String]] = [
        "CreateKey": [
            "kms:keyspec": "SYMMETRIC_DEFAULT", "kms:keyusage": "ENCRYPT_DECRYPT", "kms:keyorigin": "AWS_KMS", "kms:multiregion": "false",
        ],
        "Encrypt": symmetric, "Decrypt": symmetric, "GenerateDataKey": symmetric, "GenerateDataKeyWithoutPlaintext": symmetric,
        "GenerateDataKeyPair": symmetric, "GenerateDataKeyPairWithoutPlaintext": symmetric,
        "Sign": ["kms:messagetype": "RAW"], "Verify": ["kms:messagetype": "RAW"],
        "ScheduleKeyDeletion": ["kms:schedulekeydeletionpendingwindowindays": "30"],
        "EnableKeyRotation": ["kms:rotationperiodindays": "365"],
    ]

    private static let keys = [
        "KeySpec": "kms:keyspec", "CustomerMasterKeySpec": "kms:keyspec", "KeyUsage": "kms:keyusage", "Origin": "kms:keyorigin",
        "EncryptionAlgorithm": "kms:encryptionalgorithm", "SigningAlgorithm": "kms:signingalgorithm", "MacAlgorithm": "kms:macalgorithm",
        "MessageType": "kms:messagetype", "PendingWindowInDays": "kms:schedulekeydeletionpendingwindowindays",
        "RotationPeriodInDays": "kms:rotationperiodindays", "KeyAgreementAlgorithm": "kms:keyagreementalgorithm",
        "GranteePrincipal": "kms:granteeprincipal", "RetiringPrincipal": "kms:retiringprincipal", "KeyPairSpec": "kms:datakeypairspec",
        "PolicyId": "organizations:policyid", "PolicyType": "organizations:policytype",
    ]

    /// The name of the alias that a request calls a key by.
    private static func alias(_ reference: String) -> String? {
        if reference.hasPrefix("alias/") { return reference }
        return reference.range(of: ":alias/").map { "alias/\(reference[$0.upperBound...])" }
    }

    private func texts(of name: String) -> [String] { value(name).unreadElements.compactMap(\.unreadText) }
    private func readers(of name: String) -> [JSONReader] { value(name).unreadElements.compactMap(\.unreadReader) }
}
