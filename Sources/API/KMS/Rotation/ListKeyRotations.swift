import Domain
import Services
import Wire

/// The rotations of a key.
struct ListKeyRotations: KMSAction {
    static let permissions = [Permission<Self>("kms:ListKeyRotations") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID), .optional("IncludeKeyMaterial", .keyMaterialExtent)] + JSONMember.page

    /// What is listed.
    private enum Extent: String, JSONText {
        case all = "ALL_KEY_MATERIAL"
        case rotations = "ROTATIONS_ONLY"
    }

    private let keyID: String
    private let extent: Extent
    private let page: KeyPageRequest

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        extent = try json["IncludeKeyMaterial"] ?? .rotations
        page = try json.page()
    }

    func run(in call: Call) async throws -> KeyPage<Entry> {
        let materials = try await Keys(call).rotations(of: keyID, includingFirst: extent == .all, page)
        return KeyPage(name: "Rotations", page: materials.map(Entry.init))
    }

    struct Entry: JSONEncodable {
        let listed: ListedMaterial

        func write(to json: inout JSONWriter) {
            json.member("KeyId", listed.key.arn)
            json.member("KeyMaterialId", listed.materialID)
            json.member("KeyMaterialState", listed.isCurrent ? "CURRENT" : "NON_CURRENT")
            guard let rotation = listed.rotation else { return }
            json.member("RotationDate", rotation.date)
            json.member("RotationType", rotation.cause)
        }
    }
}
