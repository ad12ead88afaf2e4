import NIOCore
import NIOHTTP1

/// One request to an AWS service, before it is signed.
package struct Call: Sendable {
    /// When a call may be sent a second time.
    package enum Repetition: Sendable {
        /// Sending it twice does what sending it once does: reads, overwrites, and calls with a client token.
        case anytime
        /// A second one would do something else or be refused (`RegisterImage` has no client token and meets its own name),
        /// so only a request that the service certainly never took is sent again.
        case whenNotTaken
    }

    package var service: AWSService
    /// The operation's name in the service model, for error texts and for `Action=`.
    package var action: String
    package var region: String
    package var method: HTTPMethod
    /// Percent-encoded, with its leading slash.
    package var path: String
    /// Names and values as they are; `AWSClient` encodes them.
    package var query: [(name: String, value: String)] = []
    package var headers: [(name: String, value: String)] = []
    package var body = ByteBuffer()
    /// Send `UNSIGNED-PAYLOAD` in place of the body's digest, as the service model asks for `PutSnapshotBlock`.
    package var bodyIsUnsigned = false
    package var repetition = Repetition.anytime
    /// The longest answer that is taken, in bytes.
    package var answerLimit = 16 << 20

    package init(service: AWSService, action: String, region: String, method: HTTPMethod, path: String) {
        self.service = service
        self.action = action
        self.region = region
        self.method = method
        self.path = path
    }
}

/// What came back: always a success, because anything else is thrown.
package struct Answer: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: ByteBuffer
    /// Which attempt it answers, from 1.
    package var attempt: Int
}
