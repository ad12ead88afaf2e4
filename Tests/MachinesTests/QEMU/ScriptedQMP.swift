import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Stands in for QEMU's end of a control socket: hears lines, and says what it is told to.
final class ScriptedQMP: Sendable {
    /// What to say to a command, in lines; `ID` becomes the command's.
    typealias Script = @Sendable (_ command: String, _ times: Int) -> [String]

    static let greeting = #"{"QMP": {"version": {"qemu": {"major": 7}}, "capabilities": ["oob"]}}"#

    private let server: any Channel
    private let state: NIOLockedBox

    /// - Parameter greeting: nil: it says nothing.
    static func start(_ path: String, greeting: String? = greeting, _ script: @escaping Script) async throws -> ScriptedQMP {
        let state = NIOLockedBox()
        let server = try await ServerBootstrap(group: NIOSingletons.posixEventLoopGroup)
            .childChannelInitializer { channel in
                state.box.withLock { $0.client = channel }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Peer(greeting, script, state))
                }
            }
            .bind(unixDomainSocketPath: path).get()
        return ScriptedQMP(server, state)
    }

    private init(_ server: any Channel, _ state: NIOLockedBox) {
        self.server = server
        self.state = state
    }

    /// The commands that came, each as often as it did.
    var commands: [String] { state.box.withLock { $0.commands } }

    func say(_ line: String) async throws {
        let client = try #require(state.box.withLock { $0.client })
        try await client.writeAndFlush(ByteBuffer(string: line + "\r\n"))
    }

    func hangUp() async throws { try await #require(state.box.withLock { $0.client }).close() }

    func stop() async { try? await server.close() }
}

final class NIOLockedBox: Sendable {
    struct Heard {
        var commands: [String] = []
        var client: (any Channel)?
    }

    let box = Mutex(Heard())
}

private final class Peer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let greeting: String?
    private let script: ScriptedQMP.Script
    private let state: NIOLockedBox
    private var text = ""

    init(_ greeting: String?, _ script: @escaping ScriptedQMP.Script, _ state: NIOLockedBox) {
        self.greeting = greeting
        self.script = script
        self.state = state
    }

    func channelActive(context: ChannelHandlerContext) {
        if let greeting { context.writeAndFlush(NIOAny(ByteBuffer(string: greeting + "\r\n")), promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
        while let end = text.firstIndex(of: "\n") {
            let line = String(text[..<end])
            text.removeSubrange(...end)
            guard let command = line.firstMatch(of: #/"execute":"([\w-]+)"/#)?.output.1,
                let id = line.firstMatch(of: #/"id":(\d+)/#)?.output.1
            else {
                continue
            }
            let times = state.box.withLock { heard in
                heard.commands.append(String(command))
                return heard.commands.count { $0 == command }
            }
            let answers = command == "qmp_capabilities" ? [#"{"return": {}, "id": ID}"#] : script(String(command), times)
            for answer in answers {
                context.writeAndFlush(NIOAny(ByteBuffer(string: answer.replacing("ID", with: id) + "\r\n")), promise: nil)
            }
        }
    }
}
