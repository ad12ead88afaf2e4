import Services
import Wire

/// An action of KMS. The type is the action: its properties are the typed request, and it runs. The same idea as `EC2Action`.
protocol KMSAction: Sendable {
    associatedtype Answer: JSONEncodable

    static var name: String { get }
    /// What a request may hold, with the constraints of KMS's service model: checked before a request is read.
    static var members: [JSONMember] { get }

    init(from json: JSONReader) throws

    func run(in call: Call) async throws -> Answer
}

extension KMSAction {
    static var name: String { "\(Self.self)" }
}

/// What actions answer that only say that they are done.
struct NothingToSay: JSONEncodable {
    func write(to json: inout JSONWriter) {}
}
