import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Sees every byte of a connection, before TLS: keeps its account, and ends it when the client does not keep up.
final class ConnectionWatch: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A write is done when its last byte is: progress is seen in pieces of this length.
    private static let pieceBytes = 64 << 10

    private let registry: ConnectionRegistry
    private(set) var pace: ConnectionPace
    private(set) var isKnown = false
    private var context: ChannelHandlerContext?
    private var nextCheck: Scheduled<Void>?

    init(registry: ConnectionRegistry, eventLoop: any EventLoop) {
        self.registry = registry
        pace = ConnectionPace(limits: registry.limits, now: eventLoop.now)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        setReads(context, atMost: ConnectionLimits.strangersReadBytes)
        registry.opened(context.channel)
        scheduleCheck(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end(context) }

    func channelInactive(context: ChannelHandlerContext) {
        end(context)
        context.fireChannelInactive()
    }

    func read(context: ChannelHandlerContext) {
        pace.wantsBytes(at: context.eventLoop.now)
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pace.received(at: context.eventLoop.now)
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var buffer = unwrapOutboundIn(data)
        while buffer.readableBytes > Self.pieceBytes, let piece = buffer.readSlice(length: Self.pieceBytes) {
            write(piece, nil, context)
        }
        write(buffer, promise, context)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        switch event as? ConnectionEvent {
        case .isKnown:
            isKnown = true
            pace.isKnown = true
            setReads(context, atMost: ConnectionLimits.readBytes)
        case .isLetIn: pace.isLetIn = true
        case .cutBody: cutBody(context, BodyBudget.Exceeded())
        // From here, so that nothing is said to a client that does not listen.
        case .hangUp: context.close(promise: promise)
        case nil: context.triggerUserOutboundEvent(event, promise: promise)
        }
    }

    private func write(_ buffer: ByteBuffer, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        let bytes = buffer.readableBytes
        let promise = promise ?? context.eventLoop.makePromise(of: Void.self)
        pace.willWrite(bytes, at: context.eventLoop.now)
        promise.futureResult.assumeIsolated().whenComplete { _ in self.pace.wrote(bytes, at: context.eventLoop.now) }
        context.write(wrapOutboundOut(buffer), promise: promise)
    }

    /// The size adapts: a connection that sends little is read with little.
    private func setReads(_ context: ChannelHandlerContext, atMost bytes: Int) {
        let allocator = AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2048, maximum: bytes)
        // A connection that was closed meanwhile cannot be set and need not be.
        context.channel.setOption(.recvAllocator, value: allocator).whenFailure { _ in }
    }

    private func scheduleCheck(_ context: ChannelHandlerContext) {
        nextCheck = context.eventLoop.assumeIsolated().scheduleTask(in: registry.limits.checkInterval) { self.check(context) }
    }

    private func check(_ context: ChannelHandlerContext) {
        guard let fault = pace.fault(at: context.eventLoop.now) else { return scheduleCheck(context) }
        switch fault {
        case .idle: context.close(promise: nil)
        case .slowHead: end(context, .slowHead)
        case .slowReader: end(context, .slowReader)
        case .slowBody:
            registry.notices.note(.slowBody)
            cutBody(context, SlowClient())
        }
    }

    /// Whoever reads the body is told, and answers.
    private func cutBody(_ context: ChannelHandlerContext, _ reason: any Error) {
        context.fireErrorCaught(reason)
        closeSoon()
    }

    private func end(_ context: ChannelHandlerContext, _ limit: LimitNotices.Limit) {
        registry.notices.note(limit)
        context.close(promise: nil)
    }

    private func end(_ context: ChannelHandlerContext) {
        nextCheck?.cancel()
        nextCheck = nil
        self.context = nil
        registry.closed(context.channel)
    }

    /// Ends the connection when the client has had the time to read its answer.
    func closeSoon() {
        guard let context else { return }
        nextCheck?.cancel()
        nextCheck = context.eventLoop.assumeIsolated().scheduleTask(in: ConnectionLimits.lingerTime) { context.close(promise: nil) }
    }

    /// The requests of the connection go through here as well.
    func account(_ entry: (inout ConnectionPace, NIODeadline) -> Void, on eventLoop: any EventLoop) { entry(&pace, eventLoop.now) }
}

/// Sees the requests and answers of a connection, and ends it after an answer that comes before the request's body has.
final class RequestWatch: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let connection: ConnectionWatch
    private var unanswered = 0
    /// Of the body that is coming: what its head announced and has not come. Nil between requests.
    private var bytesLeft: Int?
    private var endsAfterAnswer = false
    /// Whether the client is through, or too slow to go on with.
    private var isLastRequest = false
    /// How much of a refused body is still read.
    private var bytesToDiscard: Int?

    init(of connection: ConnectionWatch) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let loop = context.eventLoop
        switch unwrapInboundIn(data) {
        case .head(let head):
            connection.account({ $0.receivedHead(at: $1) }, on: loop)
            unanswered += 1
            if head.headerFields[.connection]?.lowercased() == "close" { isLastRequest = true }
            bytesLeft = head.headerFields[.contentLength].flatMap { Int($0) } ?? .max
        case .body(let piece):
            connection.account({ pace, _ in pace.receivedBody(piece.readableBytes) }, on: loop)
            bytesLeft = bytesLeft.map { max(0, $0 - piece.readableBytes) }
            discard(piece.readableBytes, context)
        case .end:
            connection.account({ $0.receivedEnd(at: $1) }, on: loop)
            bytesLeft = nil
            if bytesToDiscard != nil { context.close(promise: nil) }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.kind != .informational:
            // More of a refused body is not read than this.
            if isLatest, isLastRequest || bytesLeft ?? 0 > allowance { head.headerFields[.connection] = "close" }
            endsAfterAnswer = head.headerFields[.connection]?.lowercased() == "close"
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            connection.account({ $0.answered(at: $1) }, on: context.eventLoop)
            unanswered = max(0, unanswered - 1)
            guard endsAfterAnswer else { return context.write(data, promise: promise) }
            let written = promise ?? context.eventLoop.makePromise(of: Void.self)
            written.futureResult.assumeIsolated().whenComplete { _ in self.finish(context) }
            context.write(data, promise: written)
        default:
            context.write(data, promise: promise)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is SlowClient || error is BodyBudget.Exceeded { isLastRequest = true }
        context.fireErrorCaught(error)
    }

    /// Whether the request that is answered is the one that came last: a client may send others behind it.
    private var isLatest: Bool { unanswered <= 1 }

    private var allowance: Int { connection.isKnown ? ConnectionLimits.lingerBytes : ConnectionLimits.strangersLingerBytes }

    /// The answer is out. A connection that is closed over bytes that nobody read loses the answer, so some are read.
    private func finish(_ context: ChannelHandlerContext) {
        guard bytesLeft != nil else { return context.close(promise: nil) }
        bytesToDiscard = allowance
        connection.closeSoon()
    }

    private func discard(_ bytes: Int, _ context: ChannelHandlerContext) {
        guard let left = bytesToDiscard else { return }
        bytesToDiscard = left - bytes
        if left < bytes { context.close(promise: nil) }
    }
}
