import Logging
import NIOCore

/// One client: the handshake, then requests, any number at once within the limits, answered in whatever order they end.
final class NBDConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case handshake(NBDHandshake)
        case requests(NBDSession)
        /// Nothing more is read; what is under way is answered.
        case closing
    }

    private let export: NBDExport
    private let limits: NBDLimits
    private let logger: Logger
    /// Fulfilled when the connection is closed and nothing of it is under way.
    private let ended: EventLoopPromise<Void>
    private var phase: Phase
    private var bytes = ByteBuffer()
    /// A write whose data has not come whole.
    private var begun: NBDRequest?
    private var underway = (requests: 0, bytes: 0)
    private var wantsRead = false
    private var isClosed = false
    private var deadline: Scheduled<Void>?
    /// Since when the rest of a request is waited for.
    private var partialSince: NIODeadline?
    /// Answers that the client has not taken, and since when it has taken none.
    private var unwritten = 0
    private var unwrittenSince = NIODeadline.now()

    init(_ export: NBDExport, limits: NBDLimits, logger: Logger, ended: EventLoopPromise<Void>) {
        self.export = export
        self.limits = limits
        self.logger = logger
        self.ended = ended
        phase = .handshake(NBDHandshake(export, limits: limits))
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(NBDHandshake.greeting), promise: nil)
        watch(context, after: limits.handshake)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        deadline?.cancel()
        bytes = ByteBuffer()
        begun = nil
        endIfDone()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        isClosed = true
        endIfDone()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .closing = phase { return }
        var part = unwrapInboundIn(data)
        bytes.writeBuffer(&part)
        proceed(context)
    }

    /// The socket is read when there is room for what comes.
    func read(context: ChannelHandlerContext) {
        if isFull { wantsRead = true } else { context.read() }
    }

    private var isFull: Bool { underway.requests >= limits.requestsUnderway || underway.bytes >= limits.bytesUnderway }

    private func hasRoom(for request: NBDRequest) -> Bool {
        underway.requests < limits.requestsUnderway
            && (underway.bytes == 0 || underway.bytes + request.bytesUnderway <= limits.bytesUnderway)
    }

    // MARK: what comes

    private func proceed(_ context: ChannelHandlerContext) {
        do {
            if case .handshake(let handshake) = phase { try proceed(handshake, context) }
            if case .requests(let session) = phase { try proceed(session, context) }
            if bytes.readableBytes == 0 { bytes.clear() } else { bytes.discardReadBytes() }
        } catch {
            logger.warning("A disk's client is cut off", metadata: ["disk": "\(export.name)", "reason": "\(error)"])
            phase = .closing
            context.close(promise: nil)
        }
    }

    private func proceed(_ before: NBDHandshake, _ context: ChannelHandlerContext) throws(NBDViolation) {
        var (handshake, answer) = (before, ByteBuffer())
        let outcome = try handshake.receive(&bytes, answer: &answer)
        phase = .handshake(handshake)
        if answer.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(answer), promise: nil) }
        switch outcome {
        case .goesOn: break
        case .over: finish(context)
        case .agreed:
            deadline?.cancel()
            watch(context, after: limits.stall)
            phase = .requests(
                NBDSession(
                    export: export,
                    limits: limits,
                    hasStructuredReplies: handshake.hasStructuredReplies,
                    hasAllocation: handshake.hasAllocation,
                    logger: logger
                )
            )
        }
    }

    private func proceed(_ session: NBDSession, _ context: ChannelHandlerContext) throws(NBDViolation) {
        while true {
            var next = begun
            if next == nil { next = try NBDRequest(header: &bytes, limits: limits) }
            guard var request = next else { break }
            begun = nil
            if request.command == .disconnect { return finish(context) }
            guard hasRoom(for: request), let payload = bytes.readSlice(length: request.payloadBytes) else {
                begun = request
                break
            }
            request.payload = payload
            begin(request, session, context)
        }
        let isPartial = begun.map(hasRoom) ?? (bytes.readableBytes > 0)
        partialSince = isPartial ? partialSince ?? context.eventLoop.now : nil
    }

    private func begin(_ request: NBDRequest, _ session: NBDSession, _ context: ChannelHandlerContext) {
        partialSince = nil
        underway.requests += 1
        underway.bytes += request.bytesUnderway
        let loop = context.eventLoop
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: loop)
        Task {
            let answer = await session.answer(request)
            loop.execute { bound.value.handler.end(request, answer, bound.value.context) }
        }
    }

    // MARK: what goes

    private func end(_ request: NBDRequest, _ answer: [ByteBuffer], _ context: ChannelHandlerContext) {
        guard !isClosed else { return release(request, context) }
        if unwritten == 0 { unwrittenSince = context.eventLoop.now }
        unwritten += 1
        for part in answer.dropLast() { context.write(wrapOutboundOut(part), promise: nil) }
        let written = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        // What a client does not take counts as under way.
        written.futureResult.whenComplete { _ in
            bound.value.handler.unwritten -= 1
            bound.value.handler.unwrittenSince = bound.value.context.eventLoop.now
            bound.value.handler.release(request, bound.value.context)
        }
        context.writeAndFlush(wrapOutboundOut(answer.last ?? ByteBuffer()), promise: written)
    }

    private func release(_ request: NBDRequest, _ context: ChannelHandlerContext) {
        underway.requests -= 1
        underway.bytes -= request.bytesUnderway
        guard !isClosed else { return endIfDone() }
        if case .closing = phase { return finish(context) }
        proceed(context)
        if wantsRead, !isFull {
            wantsRead = false
            context.read()
        }
    }

    /// Closes when everything that is under way is answered.
    private func finish(_ context: ChannelHandlerContext) {
        phase = .closing
        if underway.requests == 0 { context.close(promise: nil) }
    }

    private func endIfDone() { if underway.requests == 0 { ended.succeed() } }

    // MARK: time

    private func watch(_ context: ChannelHandlerContext, after time: TimeAmount) {
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: time) { bound.value.handler.look(bound.value.context) }
    }

    /// Whether the client has kept the server waiting for too long.
    private func look(_ context: ChannelHandlerContext) {
        let (now, stall) = (context.eventLoop.now, limits.stall)
        var isLate = unwritten > 0 && now - unwrittenSince >= stall
        if case .handshake = phase { isLate = true }
        if let partialSince, now - partialSince >= stall { isLate = true }
        guard isLate else { return watch(context, after: stall) }
        logger.warning("A disk's client is cut off", metadata: ["disk": "\(export.name)", "reason": "it keeps the server waiting"])
        phase = .closing
        context.close(promise: nil)
    }
}
