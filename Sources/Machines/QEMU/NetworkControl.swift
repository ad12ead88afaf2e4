import Files
import GuestNetwork
import NIOCore
import NIOPosix

/// Tells the network helper of a guest which ports of the host lead to it.
struct NetworkControl: Sendable {
    private static let limit: TimeAmount = .seconds(10)

    let socket: String
    let group: any EventLoopGroup

    func add(_ forward: Forward) async throws {
        try check(
            await ask("forward \(forward.address) \(forward.port) \(forward.guestPort)"),
            "listen on \(forward.address):\(forward.port)"
        )
    }

    /// What is not there is removed.
    func remove(address: IPv4Address, port: UInt16) async throws {
        let answer = try await ask("unforward \(address) \(port)")
        guard Self.refusal(in: answer)?.errno != 2 else { return }
        try check(answer, "close \(address):\(port)")
    }

    func list() async throws -> [Forward] {
        let answer = try await ask("forwards")
        try check(answer, "list the ports of a guest")
        return answer.split(separator: " ").dropFirst().compactMap { Forward(listed: $0) }
    }

    func limitTokens(to hops: Int) async throws { try check(await ask("hops \(hops)"), "limit the hops of tokens") }

    private func check(_ answer: String, _ what: String) throws(MachineError) {
        guard let refusal = Self.refusal(in: answer) else { return }
        throw MachineError(.network(errno: refusal.errno), "Cannot \(what): \(refusal.text).")
    }

    private static func refusal(in answer: String) -> (errno: Int32, text: Substring)? {
        let words = answer.split(separator: " ", maxSplits: 2)
        guard words.first != "ok" else { return nil }
        return (words.count > 1 ? Int32(words[1]) ?? 0 : 0, words.count > 2 ? words[2] : "the network of the guest did not answer")
    }

    /// A connection for each line: they are rare.
    private func ask(_ line: String) async throws -> String {
        let answered = group.next().makePromise(of: String.self)
        let channel: any Channel
        do {
            let place = try SocketPath(socket)
            defer { place.close() }
            channel = try await ClientBootstrap(group: group).connectTimeout(Self.limit)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(OneLine(answered)) }
                }
                .connect(unixDomainSocketPath: place.text).get()
        } catch {
            answered.fail(error)
            throw MachineError(.silent, "The network of a guest cannot be reached: \(error).")
        }
        let alarm = channel.eventLoop.scheduleTask(in: Self.limit) {
            answered.fail(MachineError(.silent, "The network of a guest did not answer in time."))
        }
        channel.writeAndFlush(ByteBuffer(string: line + "\n"), promise: nil)
        defer {
            alarm.cancel()
            channel.close(promise: nil)
        }
        return try await answered.futureResult.get()
    }
}

private final class OneLine: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private static let mostBytes = 64 << 10

    private let answered: EventLoopPromise<String>
    private var text = ByteBuffer()

    init(_ answered: EventLoopPromise<String>) { self.answered = answered }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text.writeImmutableBuffer(unwrapInboundIn(data))
        guard text.readableBytesView.last != 0x0A else {
            return answered.succeed(String(buffer: text.getSlice(at: 0, length: text.readableBytes - 1) ?? ByteBuffer()))
        }
        if text.readableBytes > Self.mostBytes { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        answered.fail(MachineError(.silent, "The network of a guest closed the connection."))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
