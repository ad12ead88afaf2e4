import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Synchronization

/// The interim answer that a client waits for before it sends its body (`Expect: 100-continue`).
///
/// It goes out when the body is first asked for, so whoever is refused before that has sent nothing.
final class Continuation: Sendable {
    private let channel: any Channel
    private let isAwaited: Atomic<Bool>

    init(for headers: HTTPFields, on channel: any Channel) {
        self.channel = channel
        // Whether there is a body is not asked: one in chunks has no length, and the library keeps its Transfer-Encoding to itself.
        isAwaited = Atomic(headers[.expect]?.lowercased() == "100-continue")
    }

    /// Lets the body come.
    func send() {
        guard isAwaited.exchange(false, ordering: .relaxed) else { return }
        channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)), promise: nil)
    }

    /// Whether the client still waits: then its body will not come, and the connection cannot carry another request.
    var isPending: Bool { isAwaited.load(ordering: .relaxed) }
}
