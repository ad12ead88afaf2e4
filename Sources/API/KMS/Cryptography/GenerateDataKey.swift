import Domain
import Services
import Wire

/// A new data key, in the open and wrapped.
struct GenerateDataKey: KMSAction {
    static let permissions = [Permission<Self>("kms:GenerateDataKey") { [try await $1.key($0.parameters.keyID)] }]

    static let members: [JSONMember] = JSONMember.dataKey + JSONMember.recipient

    private let parameters: DataKeyParameters

    init(from json: JSONReader) throws {
        parameters = try DataKeyParameters(from: json)
        try json.refuseRecipient()
    }

    func run(in call: Call) async throws -> Answer {
        Answer(data: try await parameters.generate(in: call, as: Self.name))
    }

    struct Answer: JSONEncodable {
        let data: DataKey

        func write(to json: inout JSONWriter) {
            json.member("CiphertextBlob", blob: data.wrapped)
            json.member("Plaintext", secret: data.plain)
            json.member("KeyId", data.key.arn)
            json.member("KeyMaterialId", data.materialID)
        }
    }
}
