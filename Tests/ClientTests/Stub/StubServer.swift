import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A request as it arrived.
struct StubRequest: Sendable {
    var method: String
    var path: String
    var query: String
    var headers: HTTPHeaders
    var body: ByteBuffer

    /// The decoded parameters of the query or of a form in the body.
    func parameter(_ name: String, in text: String? = nil) -> String? {
        for pair in (text ?? query).split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if halves[0].removingPercentEncoding == name { return halves.last?.removingPercentEncoding }
        }
        return nil
    }

    func form(_ name: String) -> String? { parameter(name, in: String(buffer: body)) }
}

/// What the stub does with a request.
enum StubReply: Sendable {
    case answer(status: Int, headers: [(String, String)] = [], body: ByteBuffer = ByteBuffer())
    /// Takes the request and closes the connection without a word.
    case hangUp

    static func xml(_ text: String, status: Int = 200) -> StubReply {
        .answer(status: status, headers: [("content-type", "text/xml")], body: ByteBuffer(string: text))
    }

    static func json(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> StubReply {
        .answer(status: status, headers: headers, body: ByteBuffer(string: text))
    }
}

/// An HTTP server on a free port of this machine whose answers a test decides.
final class StubServer: Sendable {
    typealias Script = @Sendable (StubRequest) async -> StubReply

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel
    private let log: Log

    /// Keeps what arrived, and what is still being answered.
    private final class Log: Sendable {
        let requests = Mutex<[StubRequest]>([])
        let answers = Mutex<[Task<Void, Never>]>([])
    }

    init(_ script: @escaping Script) async throws {
        let log = Log()
        self.log = log
        channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        Handler(answers: { task in log.answers.withLock { $0.append(task) } }) { request in
                            log.requests.withLock { $0.append(request) }
                            return await script(request)
                        }
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
    var requests: [StubRequest] { log.requests.withLock { $0 } }

    func stop() async throws {
        try await channel.close()
        // A client that has gone leaves answers behind, which must not find their thread gone.
        for answer in log.answers.withLock({ $0 }) { await answer.value }
        try await group.shutdownGracefully()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let script: Script
        private let answers: @Sendable (Task<Void, Never>) -> Void
        private var head: HTTPRequestHead?
        private var body = ByteBuffer()

        init(answers: @escaping @Sendable (Task<Void, Never>) -> Void, script: @escaping Script) {
            self.answers = answers
            self.script = script
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body(var part): body.writeBuffer(&part)
            case .end:
                guard let head else { return }
                let parts = head.uri.split(separator: "?", maxSplits: 1).map(String.init)
                let request = StubRequest(
                    method: head.method.rawValue,
                    path: parts[0],
                    query: parts.count > 1 ? parts[1] : "",
                    headers: head.headers,
                    body: body
                )
                body = ByteBuffer()
                let script = script
                let channel = context.channel
                answers(Self.task(answering: request, on: channel, by: script))
            }
        }

        private static func task(answering request: StubRequest, on channel: any Channel, by script: @escaping Script) -> Task<Void, Never>
        {
            Task { await answer(await script(request), on: channel, isHead: request.method == "HEAD") }
        }

        /// The body of an answer to HEAD is not sent, and its length told.
        private static func answer(_ reply: StubReply, on channel: any Channel, isHead: Bool) async {
            switch reply {
            case .hangUp:
                try? await channel.close()
            case .answer(let status, let headers, let body):
                var fields = HTTPHeaders(headers)
                fields.replaceOrAdd(name: "content-length", value: "\(body.readableBytes)")
                let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: fields)
                channel.write(HTTPServerResponsePart.head(head), promise: nil)
                if !isHead { channel.write(HTTPServerResponsePart.body(.byteBuffer(body)), promise: nil) }
                try? await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
            }
        }
    }
}
