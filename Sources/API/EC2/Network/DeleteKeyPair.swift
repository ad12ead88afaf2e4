import Domain
import Services
import Wire

/// Deletes a key pair by its name or id. One that is not there is as good as deleted.
struct DeleteKeyPair: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:DeleteKeyPair") { action, call in [try await call.keyPair(named: action.name, id: action.id)] }
    ]

    private let name: String?
    private let id: String?

    init(from query: QueryReader) throws(RequestError) {
        name = try query["KeyName"]
        id = try query["KeyPairId"]
        guard name != nil || id != nil else { throw .missing("KeyName or KeyPairId") }
    }

    func run(in call: Call) async throws -> Answer { Answer(id: try await KeyPairs(call).delete(named: name, id: id)) }

    struct Answer: XMLEncodable {
        let id: KeyPairID?

        func write(to xml: inout XMLWriter) {
            xml.element("return", true)
            xml.element("keyPairId", id?.rawValue)
        }
    }
}
