/// How a caller names a key: key id, key ARN, alias name or alias ARN.
package enum KeyReference: Hashable, Sendable {
    case key(KeyID)
    case alias(AliasName)
    case arn(KeyARN)

    /// Whether it names an alias, alone or in an ARN.
    package var isAlias: Bool {
        switch self {
        case .key: false
        case .alias: true
        case .arn(let arn): if case .alias = arn.resource { true } else { false }
        }
    }

    /// The texts and codes are those of KMS: `NotFoundException` also for what can be the name of no key.
    package init(_ text: String) throws {
        if text.hasPrefix("arn:") {
            guard let arn = KeyARN(text) else { throw Fault(.invalidArn, "Invalid arn \(text.prefix(2048))") }
            self = .arn(arn)
        } else if text.hasPrefix(AliasName.prefix) {
            guard let name = AliasName(rawValue: text) else {
                throw Fault(.notFound, "Alias \(text.prefix(256)) is not found.")
            }
            self = .alias(name)
        } else {
            guard let id = KeyID(rawValue: text) else { throw Fault(.notFound, "Invalid keyId '\(text.prefix(2048))'") }
            self = .key(id)
        }
    }
}
