import API
import Domain

/// A key as KMS tells of it.
struct KMSKey: Decodable, Sendable {
    let keyId: String
    let arn: String
    let creationDate: Double?
    let description: String?
    let keyUsage: String
    let keyState: String
    let deletionDate: Double?
    let keyManager: String
    let keySpec: String

    var isAWSManaged: Bool { keyManager == "AWS" }

    var state: Cell { .state(keyState == "PendingDeletion" ? "pending deletion" : keyState.lowercased()) }

    static func place(_ region: Region, _ id: String) -> String { Shown.place(region.rawValue, "keys", id) }
}

/// The answers of KMS that pages read.
enum KMSAnswer {
    struct Nothing: Decodable {}

    struct Described: Decodable {
        let keyMetadata: KMSKey
    }

    struct Keys: Decodable {
        struct Entry: Decodable {
            let keyId: String
        }

        let keys: [Entry]
        let nextMarker: String?
    }

    struct Aliases: Decodable {
        struct Entry: Decodable {
            let aliasName: String
            let targetKeyId: String?
        }

        let aliases: [Entry]
        let nextMarker: String?
    }

    struct Policy: Decodable {
        let policy: String
    }

    struct Tags: Decodable {
        struct Entry: Decodable {
            let tagKey: String
            let tagValue: String
        }

        let tags: [Entry]
    }

    struct Grants: Decodable {
        struct Entry: Decodable {
            let grantId: String
            let name: String?
            let granteePrincipal: String?
            let creationDate: Double?
            let operations: [String]?
        }

        let grants: [Entry]
        let nextMarker: String?
    }

    struct Rotation: Decodable {
        let keyRotationEnabled: Bool
        let rotationPeriodInDays: Int?
        let nextRotationDate: Double?
    }

    struct Rotations: Decodable {
        struct Entry: Decodable {
            let rotationDate: Double?
            let rotationType: String?
        }

        let rotations: [Entry]
    }
}

/// A page of a listing of KMS.
struct KMSPage: Encodable {
    var keyId: String?
    var limit: Int?
    var marker: String?
}

extension Visit {
    /// An action of KMS.
    ///
    /// - Throws: `CallRefusal`
    func kms<Answered: Decodable>(_ action: String, in region: Region, _ members: some Encodable) async throws -> Answered {
        try await json("kms", "TrentService.\(action)", in: region, members)
    }

    /// The same, of what answers nothing that a page reads.
    func kms(_ action: String, in region: Region, with members: some Encodable) async throws {
        let _: KMSAnswer.Nothing = try await kms(action, in: region, members)
    }

    func key(_ id: String, in region: Region) async throws -> KMSKey {
        let described: KMSAnswer.Described = try await kms("DescribeKey", in: region, ["KeyId": id])
        return described.keyMetadata
    }

    /// Of one key, or of all in the Region, as far as a page can show them.
    func aliases(of key: String? = nil, in region: Region) async throws -> [KMSAnswer.Aliases.Entry] {
        var (found, question) = ([KMSAnswer.Aliases.Entry](), KMSPage(keyId: key, limit: 100))
        repeat {
            let page: KMSAnswer.Aliases = try await kms("ListAliases", in: region, question)
            found += page.aliases
            question.marker = page.nextMarker
        } while question.marker != nil && found.count < 2000
        return found
    }
}
