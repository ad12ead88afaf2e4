import Services
import Wire

/// An action of a service that speaks JSON 1.1.
protocol JSONAction: Action where Input == JSONReader {
    associatedtype Answer: JSONEncodable

    init(from json: JSONReader) throws

    func run(in call: Call) async throws -> Answer
}

extension JSONAction {
    static func read(_ json: JSONReader, in call: Call) throws -> ReadAction<Self> {
        let action = try Self(from: json)
        try json.requireAllRead()
        return ReadAction(action: action)
    }

    func reply(in call: Call, requestID: String) async throws -> Reply { .amazonJSON(JSONWriter.encode(try await run(in: call))) }
}

/// The answer of an action that only says that it is done.
struct EmptyAnswer: JSONEncodable {
    func write(to json: inout JSONWriter) {}
}
