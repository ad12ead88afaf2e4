import Services
import Wire

/// Makes a link that signs its caller in to the console, once, within two minutes. It gives nobody more than the key that signs the call,
/// so that nobody needs to be allowed it; a policy can deny it to whom it wants out of the console.
struct CreateConsoleLink: JSONAction {
    static let permissions = [Permission<Self>.unlessDenied("ferry:CreateConsoleLink")]

    init(from json: JSONReader) throws {}

    func run(in call: Call) async throws -> Answer { Answer(secret: try await ConsoleSessions(call.deployment).link(for: call)) }

    struct Answer: JSONEncodable {
        let secret: String

        func write(to json: inout JSONWriter) { json.member("Path", ConsolePath.signIn + secret) }
    }
}

/// Where the console is: what of its addresses is told to clients.
package enum ConsolePath {
    package static let root = "/_ferry/console/"
    static let signIn = root + "sign-in/"
}
