import Domain
import Files
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves the metadata of one instance over HTTP on a unix socket of its own: the socket says whose metadata it is, so no guest can ask for another's.
package struct MetadataServer: Sendable {
    package struct Limits: Sendable {
        /// Connections at once; more wait until one ends.
        package var connections = 16
        /// Calls beyond this rate are answered with 503, as a busy EC2 would be.
        package var rate = CallRate(burst: 500, perSecond: 200)
        /// How long a connection may say nothing.
        package var silence: TimeAmount = .seconds(20)
        package var bodyBytes = 4096

        package init() {}
    }

    private let service: MetadataService
    private let path: String
    private let limits: Limits
    private let clock: SteadyClock
    private let logger: Logger

    /// - Parameter path: of the socket. What a server before left there is taken away.
    package init(_ service: MetadataService, at path: String, limits: Limits = Limits(), clock: SteadyClock = .system, logger: Logger) {
        self.service = service
        self.path = path
        self.limits = limits
        self.clock = clock
        self.logger = logger
    }

    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    /// Serves until the task is cancelled.
    ///
    /// - Parameter ready: called when guests can connect.
    /// - Throws: when the socket cannot be made.
    package func run(on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton, ready: @Sendable () -> Void = {}) async throws {
        let silence = limits.silence
        let place = try SocketPath(path)
        defer { place.close() }
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 128)
            // Nothing is read before somebody serves it: see `serve`.
            .childChannelOption(.autoRead, value: false)
            // Small clients say that they are done before they listen: `printf … | nc`.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(unixDomainSocketPath: place.text, cleanupExistingSocketFile: true) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(readTimeout: silence))
                    try pipeline.addHandler(ClosesWhenIdle())
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandler(HeldUntilServed())
                    return channel
                }
            }
        let bucket = Bucket(limits.rate, clock: clock)
        try await listener.executeThenClose { connections in
            ready()
            try await withThrowingTaskGroup(of: Void.self) { group in
                var running = 0
                for try await connection in connections {
                    if running == limits.connections, try await group.next() != nil { running -= 1 }
                    running += 1
                    group.addTask { await serve(connection, bucket) }
                }
            }
        }
    }

    /// What goes wrong with one connection ends that one alone.
    private func serve(_ channel: any Channel, _ bucket: Bucket) async {
        do {
            // It is made here and not when the connection is accepted: NIO ends the process for one that nobody takes, as when the server stops
            // in that moment.
            let connection = try await channel.eventLoop.submit {
                let connection = try Connection(
                    wrappingChannelSynchronously: channel,
                    configuration: .init(isOutboundHalfClosureEnabled: true)
                )
                let pipeline = channel.pipeline.syncOperations
                pipeline.removeHandler(try pipeline.handler(type: HeldUntilServed.self), promise: nil)
                return connection
            }.get()
            try await connection.executeThenClose { parts, answers in
                try await channel.setOption(.autoRead, value: true).get()
                var head: HTTPRequestHead?
                var bytes = 0
                for try await part in parts {
                    switch part {
                    case .head(let next): (head, bytes) = (next, 0)
                    case .body(let body):
                        bytes += body.readableBytes
                        guard bytes <= limits.bodyBytes else { return }
                    case .end:
                        guard let request = head else { return }
                        let reply = await bucket.take() ? await reply(to: request) : .refused(503)
                        try await send(reply, for: request, to: answers)
                        guard request.isKeepAlive else { return }
                    }
                }
            }
        } catch {
            logger.debug("A guest's connection to its metadata ended early", metadata: ["error": "\(error)"])
        }
    }

    private func reply(to head: HTTPRequestHead) async -> MetadataReply {
        let request = MetadataRequest(
            method: head.method.rawValue,
            target: head.uri,
            token: head.headers.first(name: "x-aws-ec2-metadata-token"),
            tokenSeconds: head.headers.first(name: "x-aws-ec2-metadata-token-ttl-seconds"),
            isForwarded: head.headers.contains(name: "x-forwarded-for")
        )
        do {
            return try await service.reply(to: request)
        } catch {
            logger.error("The metadata of an instance could not be read", metadata: ["error": "\(error)"])
            return .refused(500)
        }
    }

    private func send(
        _ reply: MetadataReply,
        for request: HTTPRequestHead,
        to answers: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws {
        var headers = HTTPHeaders(reply.headers)
        headers.add(name: "Server", value: "EC2ws")
        headers.add(name: "Content-Length", value: String(reply.body.count))
        headers.add(name: "Connection", value: request.isKeepAlive ? "keep-alive" : "close")
        try await answers.write(.head(HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status), headers: headers)))
        if request.method != .HEAD, !reply.body.isEmpty { try await answers.write(.body(.byteBuffer(ByteBuffer(bytes: reply.body)))) }
        try await answers.write(.end(nil))
    }

    private actor Bucket {
        private let rate: CallRate
        private let clock: SteadyClock
        private var tokens: TokenBucket

        init(_ rate: CallRate, clock: SteadyClock) {
            self.rate = rate
            self.clock = clock
            tokens = TokenBucket(rate, at: clock.seconds)
        }

        func take() -> Bool { tokens.take(rate, at: clock.seconds) }
    }
}

/// Closes a connection that says nothing.
private final class ClosesWhenIdle: ChannelInboundHandler {
    typealias InboundIn = Any

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) } else { context.fireUserInboundEventTriggered(event) }
    }
}

/// Keeps what comes before anybody serves the connection. Though nothing is to be read by then, NIO reads to the end when the client has said that it
/// is done.
private final class HeldUntilServed: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private var parts: [NIOAny] = []
    private var events: [Any] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { parts.append(data) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) { events.append(event) }

    func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken) {
        for part in parts { context.fireChannelRead(part) }
        if !parts.isEmpty { context.fireChannelReadComplete() }
        for event in events { context.fireUserInboundEventTriggered(event) }
        context.leavePipeline(removalToken: removalToken)
    }
}
