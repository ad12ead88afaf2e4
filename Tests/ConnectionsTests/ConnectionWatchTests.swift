import Connections
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import TestSupport
import Testing

/// A connection without a network, whose clock goes when it is told to.
final class WatchedConnection {
    let channel: EmbeddedChannel
    let requests = SeenRequests()

    init(in registry: ConnectionRegistry, from address: String = "127.0.0.1") throws {
        channel = EmbeddedChannel()
        try channel.connect(to: .init(ipAddress: address, port: 1)).wait()
        try EdgeChannel.watch(channel, in: registry)
        try channel.pipeline.syncOperations.addHandler(requests)
        channel.read()
    }

    func send(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
        channel.read()
    }

    func pass(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

    func answer(_ status: HTTPResponse.Status = .ok) throws {
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: status, headerFields: [.contentLength: "0"])))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
    }

    /// All that was sent to the client.
    func sent() throws -> String {
        var text = ""
        while let piece = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: piece) }
        return text
    }
}

/// What reaches whoever answers requests.
final class SeenRequests: ChannelInboundHandler {
    typealias InboundIn = HTTPRequestPart
    var parts: [HTTPRequestPart] = []
    var errors: [any Error] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { parts.append(unwrapInboundIn(data)) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { errors.append(error) }
}

@Suite struct ConnectionWatchTests {
    private static let post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n"

    private static func registry(connections: Int = 100, log: LogMemory = LogMemory()) -> ConnectionRegistry {
        ConnectionRegistry(limits: ConnectionLimits(connections: connections), logger: log.logger)
    }

    @Test func aStrangerWhoSaysNothingIsGone() throws {
        let log = LogMemory()
        let registry = Self.registry(log: log)
        let connection = try WatchedConnection(in: registry)
        #expect(registry.count == 1)
        for _ in 0..<29 {
            try connection.send("G")
            connection.pass(.seconds(1))
        }
        #expect(connection.channel.isActive)
        connection.pass(.seconds(10))
        #expect(!connection.channel.isActive)
        #expect(registry.count == 0)
        #expect(log.lines.count == 1)
    }

    @Test func aSlowBodyIsAnErrorForWhoeverReadsIt() throws {
        let registry = Self.registry()
        let connection = try WatchedConnection(in: registry)
        registry.sawSignature(on: connection.channel, of: "1", by: "AKIA1")
        try connection.send(Self.post)
        for _ in 0..<60 {
            try connection.send("x")
            connection.pass(.seconds(1))
        }
        connection.pass(.seconds(4))
        #expect(connection.requests.errors.contains { $0 is SlowClient })
        #expect(connection.channel.isActive, "the answer has to go out")
        try connection.answer(.badRequest)
        #expect(try connection.sent().lowercased().contains("connection: close"))
        connection.pass(.seconds(10))
        #expect(!connection.channel.isActive)
    }

    @Test func whoeverIsAnsweredBeforeALargeBodyIsLetGo() throws {
        let registry = Self.registry()
        let connection = try WatchedConnection(in: registry)
        try connection.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5497558138880\r\n\r\n")
        try connection.answer(.forbidden)
        #expect(try connection.sent().lowercased().contains("connection: close"))
        #expect(connection.channel.isActive, "what is on its way is read, so that the answer is not lost")
        for _ in 0..<200 where connection.channel.isActive { try connection.send(String(repeating: "x", count: 10_000)) }
        #expect(!connection.channel.isActive, "but not all of it")
    }

    @Test func aSmallRestIsReadAndTheConnectionStays() throws {
        let connection = try WatchedConnection(in: Self.registry())
        try connection.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n")
        try connection.answer(.forbidden)
        #expect(try !connection.sent().lowercased().contains("connection: close"))
        try connection.send("dataGET / HTTP/1.1\r\nHost: h\r\n\r\n")
        try connection.answer()
        #expect(connection.channel.isActive)
        #expect(connection.requests.parts.count == 5)
    }

    @Test func aClientThatIsThroughIsLetGoAfterItsAnswer() throws {
        let connection = try WatchedConnection(in: Self.registry())
        try connection.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        #expect(connection.channel.isActive)
        try connection.answer()
        #expect(!connection.channel.isActive)
    }

    @Test func whatComesBehindARequestIsNotItsBody() throws {
        let connection = try WatchedConnection(in: Self.registry())
        try connection.send(
            "GET / HTTP/1.1\r\nHost: h\r\n\r\nPUT / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 9000000\r\n\r\n"
        )
        try connection.answer()
        #expect(try !connection.sent().lowercased().contains("connection: close"))
        #expect(connection.channel.isActive)
        try connection.answer()
        #expect(try connection.sent().lowercased().contains("connection: close"))
    }

    @Test func aRequestThatCannotBeReadIsAnsweredAndTheConnectionEnds() throws {
        let connection = try WatchedConnection(in: Self.registry())
        try connection.send("no request\r\n\r\n")
        #expect(connection.requests.errors.count == 1)
        try connection.channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .badRequest, headerFields: [.connection: "close"])))
        try connection.channel.writeOutbound(HTTPResponsePart.end(nil))
        #expect(!connection.channel.isActive)
    }

    @Test func strangersMakeRoomForTheNewest() throws {
        let log = LogMemory()
        let registry = Self.registry(connections: 8, log: log)
        let strangers = try (0..<4).map { _ in try WatchedConnection(in: registry) }
        // A head that nobody has signed keeps no place: those who have sent none yet may have just come.
        try strangers[0].send(Self.post)
        let newest = try WatchedConnection(in: registry)
        #expect(strangers.map(\.channel.isActive) == [false, true, true, true])
        #expect(newest.channel.isActive)
        #expect(log.lines.count == 1)
        // Whoever has signed keeps the place.
        registry.sawSignature(on: strangers[2].channel, of: "1", by: "AKIA1")
        #expect(registry.knows(strangers[2].channel) && !registry.knows(newest.channel))
        let more = try (0..<10).map { _ in try WatchedConnection(in: registry) }
        #expect(strangers[2].channel.isActive)
        #expect(more.last?.channel.isActive == true)
        #expect(registry.count == 5)
    }

    /// The attack: one address opens connection after connection. They make room for each other.
    @Test func whoComesMostOftenMakesRoom() throws {
        let registry = Self.registry(connections: 8)
        let client = try WatchedConnection(in: registry, from: "192.0.2.7")
        let flood = try (0..<50).map { _ in try WatchedConnection(in: registry, from: "198.51.100.7") }
        #expect(client.channel.isActive)
        #expect(flood.count { $0.channel.isActive } == 3 && flood.last?.channel.isActive == true)
        let second = try WatchedConnection(in: registry, from: "192.0.2.7")
        #expect(client.channel.isActive && second.channel.isActive)
        #expect(flood.count { $0.channel.isActive } == 2)
        // From here on most come from the client's own address.
        let third = try WatchedConnection(in: registry, from: "192.0.2.7")
        #expect([client, second, third].map(\.channel.isActive) == [false, true, true])
        #expect(flood.count { $0.channel.isActive } == 2)
    }

    /// The attack: one account, or whoever has a link, opens connection after connection and signs on each. The others find places all the same, and what
    /// it has within its share it keeps.
    @Test(arguments: ["AKIA1", nil])
    func whoeverIsKnownTakesNoMoreThanItsShare(signer: String?) throws {
        let log = LogMemory()
        let registry = Self.registry(connections: 16, log: log)
        var greedy: [WatchedConnection] = []
        for _ in 0..<40 {
            let connection = try WatchedConnection(in: registry, from: "198.51.100.7")
            registry.sawSignature(on: connection.channel, of: "1", by: signer)
            greedy.append(connection)
        }
        // Two places of 16 are for whoever comes, and the last is never taken; of the 14 others it has three quarters.
        #expect(greedy.prefix(10).allSatisfy { $0.channel.isActive })
        #expect(greedy.count { $0.channel.isActive } == 15 && registry.count == 15)
        #expect(greedy.allSatisfy { !$0.channel.isActive || registry.knows($0.channel) })
        #expect(log.lines.count == 1)
        // Three quarters of what is left may be another account's, and whoever is a stranger gets in as well.
        var others: [WatchedConnection] = []
        for account in ["2", "2", "3"] {
            let connection = try WatchedConnection(in: registry, from: "192.0.2.7")
            registry.sawSignature(on: connection.channel, of: account, by: "AKIA\(account)")
            others.append(connection)
        }
        let stranger = try WatchedConnection(in: registry, from: "203.0.113.7")
        #expect(others.allSatisfy { $0.channel.isActive } && stranger.channel.isActive)
        #expect(greedy.prefix(10).allSatisfy { $0.channel.isActive })
        #expect(registry.count == 15)
    }

    /// What is beyond the share of its holder keeps its place as soon as there is one.
    @Test func aShareGrowsWhenOthersGo() throws {
        let registry = Self.registry(connections: 16)
        let connections = try (0..<12).map { _ in
            let connection = try WatchedConnection(in: registry)
            registry.sawSignature(on: connection.channel, of: "1", by: "AKIA1")
            return connection
        }
        for connection in connections.prefix(9) { try connection.channel.close().wait() }
        for connection in connections.suffix(3) { registry.sawSignature(on: connection.channel, of: "1", by: "AKIA1") }
        // All three keep their places now, though many more come.
        for _ in 0..<30 {
            let other = try WatchedConnection(in: registry, from: "192.0.2.7")
            registry.sawSignature(on: other.channel, of: "2", by: "AKIA2")
        }
        #expect(connections.suffix(3).allSatisfy { $0.channel.isActive })
    }

    /// A signature says who its signer is, and nothing of others who are claimed on the connection; a link says of nobody who follows it.
    @Test func aConnectionIsKnownAsItsSigner() throws {
        let registry = Self.registry()
        let connection = try WatchedConnection(in: registry)
        registry.sawSignature(on: connection.channel, of: "1", by: nil)
        #expect(registry.knows(connection.channel) && !registry.knows(connection.channel, as: "AKIA1"))
        registry.sawSignature(on: connection.channel, of: "1", by: "AKIA1")
        #expect(registry.knows(connection.channel, as: "AKIA1") && !registry.knows(connection.channel, as: "AKIA2"))
        try connection.channel.close().wait()
        #expect(!registry.knows(connection.channel, as: "AKIA1"))
    }

    /// The attack: more connections than there are places for strangers, each with a body that comes slowly, and that come back when they are cut.
    @Test func bodiesThatTrickleDoNotShutOutWhoeverComes() throws {
        let registry = Self.registry(connections: 16)
        var attackers: [WatchedConnection] = []
        for round in 0..<20 {
            for index in 0..<9 {
                if attackers.count == index { attackers.append(try WatchedConnection(in: registry)) }
                if !attackers[index].channel.isActive { attackers[index] = try WatchedConnection(in: registry) }
                try attackers[index].send(
                    round == 0 || attackers[index].requests.parts.isEmpty ? Self.post : String(repeating: "x", count: 1200)
                )
            }
            let client = try WatchedConnection(in: registry)
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(client.channel.isActive)
            registry.sawSignature(on: client.channel, of: "1", by: "AKIA1")
            for attacker in attackers where attacker.channel.isActive { attacker.pass(.seconds(1)) }
            #expect(client.channel.isActive)
            try client.answer()
            try client.channel.close().wait()
        }
    }

    @Test func aStrangersBodyHasTheTimeOfAHead() throws {
        let connection = try WatchedConnection(in: Self.registry())
        try connection.send(Self.post)
        for _ in 0..<34 {
            try connection.send(String(repeating: "x", count: 1200))
            connection.pass(.seconds(1))
        }
        #expect(connection.requests.errors.contains { $0 is SlowClient })
    }

    @Test func aBodyThatMakesRoomIsAnErrorForWhoeverReadsIt() throws {
        let registry = Self.registry()
        let connection = try WatchedConnection(in: registry)
        try connection.send(Self.post)
        registry.cutBody(on: connection.channel)
        #expect(connection.requests.errors.contains { $0 is BodyBudget.Exceeded })
        try connection.answer(.serviceUnavailable)
        #expect(try connection.sent().lowercased().contains("connection: close"))
        connection.pass(.seconds(10))
        #expect(!connection.channel.isActive)
    }

    @Test func strangersAreReadInSmallPieces() throws {
        func largest(_ channel: EmbeddedChannel) throws -> Int? {
            let allocators = channel.options.compactMap { $0.1 as? AdaptiveRecvByteBufferAllocator }
            return allocators.last?.maximum
        }
        let registry = Self.registry()
        let connection = try WatchedConnection(in: registry)
        #expect(try largest(connection.channel) == ConnectionLimits.strangersReadBytes)
        registry.sawSignature(on: connection.channel, of: "1", by: "AKIA1")
        #expect(try largest(connection.channel) == ConnectionLimits.readBytes)
    }

    @Test func allAreCutOffAtTheEnd() throws {
        let registry = Self.registry()
        let connections = try (0..<3).map { _ in try WatchedConnection(in: registry) }
        try connections[1].send(Self.post)
        registry.closeAll()
        #expect(connections.allSatisfy { !$0.channel.isActive })
        #expect(connections[1].requests.errors.count == 1, "a body that was cut off is never a whole one")
        #expect(try !WatchedConnection(in: registry).channel.isActive)
    }

    @Test func anAnswerGoesOutInPiecesAndWhole() throws {
        let connection = try WatchedConnection(in: Self.registry())
        try connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        let body = String(repeating: "0123456789", count: 50_000)
        let head = HTTPResponse(status: .ok, headerFields: [.contentLength: "\(body.utf8.count)"])
        try connection.channel.writeOutbound(HTTPResponsePart.head(head))
        try connection.channel.writeOutbound(HTTPResponsePart.body(ByteBuffer(string: body)))
        try connection.channel.writeOutbound(HTTPResponsePart.end(nil))
        #expect(try connection.sent().hasSuffix("\r\n\r\n" + body))
    }
}
