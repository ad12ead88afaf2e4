import Domain
import Services
import Wire

extension KeyPair.Kind: QueryScalar {}

/// Makes a key pair, and tells its private half this once (docs/behaviour/network.md, "Key pairs").
struct CreateKeyPair: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:CreateKeyPair") { [$1.keyPair($0.name)] }.adding { action, _ in ["ec2:keypairtype": [action.kind.rawValue]] },
        .tagging(\.tags),
    ]

    private let name: String
    private let kind: KeyPair.Kind
    private let format: String
    private let tags: [TagSpecification]

    init(from query: QueryReader) throws(RequestError) {
        name = try query["KeyName"]
        kind = try query["KeyType"] ?? .rsa
        format = try query["KeyFormat"] ?? "pem"
        guard ["pem", "ppk"].contains(format) else { throw .invalid("KeyFormat", format, "Either pem or ppk was expected") }
        tags = try query["TagSpecification"]
    }

    func run(in call: Call) async throws -> Answer {
        guard format == "pem" else {
            throw Fault(.unsupportedOperation, "KeyFormat ppk is not supported: PuTTYgen makes a .ppk of the PEM that Ferry gives")
        }
        let tags = try tags.tags(forKinds: ["key-pair"])["key-pair"] ?? []
        let (pair, privateKey) = try await KeyPairs(call).create(name, kind, tags: tags)
        return Answer(pair: pair, privateKey: privateKey)
    }

    struct Answer: XMLEncodable {
        let pair: KeyPair
        let privateKey: String

        func write(to xml: inout XMLWriter) {
            xml.element("keyPairId", pair.id.rawValue)
            TagSet(tags: pair.tags).writeIfAny(to: &xml)
            xml.element("keyName", pair.name)
            xml.element("keyFingerprint", pair.fingerprint)
            xml.element("keyMaterial", privateKey)
        }
    }
}
