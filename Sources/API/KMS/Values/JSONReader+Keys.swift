import Domain
import Services
import Wire

/// What many actions of KMS read alike.
extension JSONReader {
    /// The text that names a key: what it means is found out by the use case.
    func keyID(_ name: String = "KeyId") throws(RequestError) -> String { try self[name] }

    func page() throws(RequestError) -> KeyPageRequest {
        KeyPageRequest(limit: try self["Limit"], marker: try self["Marker"])
    }

    func encryptionContext(_ name: String = "EncryptionContext") throws -> EncryptionContext {
        guard !value(name).isNull else {
            value(name).markRead()
            return .empty
        }
        let pairs = try value(name).reader()
        return try EncryptionContext(try pairs.memberNames.map { (key: $0, value: try pairs[$0]) })
    }

    /// Answers for an enclave alone: there are none here, and an answer in the open is not what was asked for.
    func refuseRecipient() throws {
        guard value("Recipient").isNull else {
            throw Fault(.kmsUnsupportedOperation, "Recipient needs a Nitro enclave, which this Ferry does not have")
        }
        markRead("Recipient")
    }

    func grantTokens() throws(RequestError) -> [String] { try self["GrantTokens"] }
}

/// A tag as KMS spells it.
struct KeyTagMember: JSONStructure {
    let tag: Tag

    init(from json: JSONReader) throws(RequestError) {
        tag = Tag(key: try json["TagKey"], value: try json["TagValue"])
    }
}
