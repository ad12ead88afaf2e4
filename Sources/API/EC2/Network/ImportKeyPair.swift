import Domain
import Foundation
import Services
import Wire

/// Takes the public half of a key that somebody else has made.
struct ImportKeyPair: EC2Action {
    static let permissions = [Permission<Self>("ec2:ImportKeyPair") { [$1.keyPair($0.name)] }, .tagging(\.tags)]

    private let name: String
    private let material: [UInt8]
    private let tags: [TagSpecification]

    init(from query: QueryReader) throws(RequestError) {
        name = try query["KeyName"]
        let text: String = try query["PublicKeyMaterial"]
        // Some clients break the lines.
        guard let bytes = Data(base64Encoded: text, options: .ignoreUnknownCharacters), !bytes.isEmpty else {
            throw .invalid("PublicKeyMaterial", text, "Base64 was expected")
        }
        material = [UInt8](bytes)
        tags = try query["TagSpecification"]
    }

    func run(in call: Call) async throws -> Answer {
        let tags = try tags.tags(forKinds: ["key-pair"])["key-pair"] ?? []
        return Answer(pair: try await KeyPairs(call).import(name, material, tags: tags))
    }

    struct Answer: XMLEncodable {
        let pair: KeyPair

        func write(to xml: inout XMLWriter) {
            xml.element("keyFingerprint", pair.fingerprint)
            xml.element("keyName", pair.name)
            xml.element("keyPairId", pair.id.rawValue)
            TagSet(tags: pair.tags).writeIfAny(to: &xml)
        }
    }
}
