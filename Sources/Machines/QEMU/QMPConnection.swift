import Files
import NIOCore
import NIOPosix
import Synchronization

/// A conversation with one QEMU over its control socket: commands with deadlines, and the events that it tells.
///
/// QEMU speaks with one client at a time. A second one waits until the first has gone.
package final class QMPConnection: Sendable {
    /// What happened, in order; it ends when QEMU is gone, or this connection is closed.
    package let events: AsyncStream<QMPEvent>

    private let channel: any Channel
    private let handler: NIOLoopBound<Conversation>

    /// Connects, hears the greeting and turns commands on.
    package static func open(_ path: String, on group: any EventLoopGroup, within limit: Duration = .seconds(10)) async throws
        -> QMPConnection
    {
        let greeted = group.next().makePromise(of: Void.self)
        let (events, told) = AsyncStream.makeStream(of: QMPEvent.self, bufferingPolicy: .bufferingNewest(1_024))
        let timeout = TimeAmount(limit)
        let place: SocketPath
        do { place = try SocketPath(path) } catch {
            greeted.fail(error)
            throw MachineError(.silent, "QEMU cannot be reached: \(error).")
        }
        defer { place.close() }
        let connected: EventLoopFuture<QMPConnection> = ClientBootstrap(group: group).connectTimeout(timeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        ByteToMessageHandler(LineDecoder(), maximumBufferSize: QMPMessage.mostBytes), Conversation(greeted, told),
                    ])
                }
            }
            .connect(unixDomainSocketPath: place.text)
            .flatMapThrowing { channel in
                let handler = NIOLoopBound(
                    try channel.pipeline.syncOperations.handler(type: Conversation.self),
                    eventLoop: channel.eventLoop
                )
                return QMPConnection(channel, handler, events)
            }
        let connection: QMPConnection
        do { connection = try await connected.get() } catch {
            greeted.fail(error)
            throw MachineError(.silent, "QEMU cannot be reached: \(error).")
        }
        let alarm = connection.channel.eventLoop.scheduleTask(in: timeout) {
            greeted.fail(MachineError(.silent, "QEMU did not answer in time."))
        }
        do {
            try await greeted.futureResult.get()
            alarm.cancel()
            _ = try await connection.execute("qmp_capabilities", within: limit)
        } catch {
            alarm.cancel()
            connection.close()
            throw error
        }
        return connection
    }

    private init(_ channel: any Channel, _ handler: NIOLoopBound<Conversation>, _ events: AsyncStream<QMPEvent>) {
        self.channel = channel
        self.handler = handler
        self.events = events
    }

    /// - Throws: ``MachineError``: `refused` with QEMU's words, `silent` when there is no answer in time.
    @discardableResult
    package func execute(_ command: String, _ arguments: JSONTerm? = nil, within limit: Duration = .seconds(10)) async throws -> QMPAnswer {
        let promise = channel.eventLoop.makePromise(of: QMPAnswer.self)
        channel.eventLoop.execute { self.handler.value.send(command, arguments, TimeAmount(limit), promise) }
        return try await promise.futureResult.get()
    }

    package func close() { channel.close(promise: nil) }
}

/// Lines, each an object.
private struct LineDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) -> DecodingState {
        guard let end = buffer.readableBytesView.firstIndex(of: 0x0A) else { return .needMoreData }
        let line = buffer.readSlice(length: end - buffer.readerIndex) ?? ByteBuffer()
        buffer.moveReaderIndex(forwardBy: 1)
        if line.readableBytes > 1 { context.fireChannelRead(wrapInboundOut(line)) }
        return .continue
    }

    mutating func decodeLast(context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool) -> DecodingState { .needMoreData }
}

/// Which commands wait for which answer.
private final class Conversation: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private struct Question {
        let command: String
        let promise: EventLoopPromise<QMPAnswer>
        let alarm: Scheduled<Void>
    }

    private static let lost = MachineError(.silent, "QEMU is gone, or closed the connection.")

    private let greeted: EventLoopPromise<Void>
    private let told: AsyncStream<QMPEvent>.Continuation
    private var questions: [Int: Question] = [:]
    private var asked = 0
    private var context: ChannelHandlerContext?

    init(_ greeted: EventLoopPromise<Void>, _ told: AsyncStream<QMPEvent>.Continuation) {
        self.greeted = greeted
        self.told = told
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        end()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    /// Lines that are none, and longer ones than there are: whatever is there is not QEMU, or not sane.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let message: QMPMessage
        do { message = try QMPMessage(Array(unwrapInboundIn(data).readableBytesView)) } catch {
            context.close(promise: nil)
            return
        }
        switch message {
        case .greeting: greeted.succeed(())
        case .event(let event): told.yield(event)
        case .answer(let id, let answer): take(id)?.promise.succeed(answer)
        case .refusal(let id, let words):
            guard let question = id.flatMap(take) else { return }
            question.promise.fail(MachineError(.refused, "QEMU refused \(question.command): \(words)."))
        case .other: return
        }
    }

    func send(_ command: String, _ arguments: JSONTerm?, _ limit: TimeAmount, _ promise: EventLoopPromise<QMPAnswer>) {
        guard let context, context.channel.isActive else { return promise.fail(Self.lost) }
        asked += 1
        let id = asked
        var question: JSONTerm = ["execute": .string(command), "id": .integer(id)]
        if let arguments { question = question.adding("arguments", arguments) }
        // On this loop, as everything here.
        let waiting = NIOLoopBound(self, eventLoop: context.eventLoop)
        let alarm = context.eventLoop.scheduleTask(in: limit) {
            if let late = waiting.value.take(id) { late.promise.fail(MachineError(.silent, "QEMU did not answer \(command) in time.")) }
        }
        questions[id] = Question(command: command, promise: promise, alarm: alarm)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: question.text + "\n")), promise: nil)
    }

    private func take(_ id: Int) -> Question? {
        guard let question = questions.removeValue(forKey: id) else { return nil }
        question.alarm.cancel()
        return question
    }

    private func end() {
        greeted.fail(Self.lost)
        for id in Array(questions.keys) { take(id)?.promise.fail(Self.lost) }
        told.finish()
    }
}
