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
        // Without a body there is nothing to wait with.
        let hasBody = headers[.transferEncoding] != nil || (headers[.contentLength] ?? "0") != "0"
        isAwaited = Atomic(hasBody && headers[.expect]?.lowercased() == "100-continue")
    }

    /// Lets the body come.
    func send() {
        guard isAwaited.exchange(false, ordering: .relaxed) else { return }
        channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)), promise: nil)
    }

    /// Whether the client still waits: then its body will not come, and the connection cannot carry another request.
    var isPending: Bool { isAwaited.load(ordering: .relaxed) }
}
