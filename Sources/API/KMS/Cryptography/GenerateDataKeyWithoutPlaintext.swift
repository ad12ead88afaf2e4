import Domain
import Services
import Wire

/// A new data key, wrapped alone: for those who store it and leave its use to others.
struct GenerateDataKeyWithoutPlaintext: KMSAction {
    static let permissions = [
        Permission<Self>("kms:GenerateDataKeyWithoutPlaintext") { [try await $1.key($0.parameters.keyID)] }
    ]

    static let members: [JSONMember] = JSONMember.dataKey

    private let parameters: DataKeyParameters

    init(from json: JSONReader) throws {
        parameters = try DataKeyParameters(from: json)
    }

    func run(in call: Call) async throws -> Answer {
        Answer(data: try await parameters.generate(in: call, as: Self.name))
    }

    struct Answer: JSONEncodable {
        let data: DataKey

        func write(to json: inout JSONWriter) {
            json.member("CiphertextBlob", blob: data.wrapped)
            json.member("KeyId", data.key.arn)
            json.member("KeyMaterialId", data.materialID)
        }
    }
}
