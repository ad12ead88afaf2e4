import Files
import NIOCore
import NIOPosix

/// A client that says what it likes.
package struct NBDWire {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var bytes = ByteBuffer()

    package init(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) {
        self.inbound = inbound
        self.outbound = outbound
    }

    /// Talks with the server on a socket, byte by byte.
    package static func connect(to socket: String, _ body: @Sendable (inout NBDWire) async throws -> Void) async throws {
        let place = try SocketPath(socket)
        defer { place.close() }
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: place.text) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            var wire = NBDWire(inbound.makeAsyncIterator(), outbound)
            try await body(&wire)
        }
    }

    /// What a server that has gone does not take is no matter.
    package func send(_ bytes: ByteBuffer) async { try? await outbound.write(bytes) }

    /// So many bytes; nil when the server closes before.
    package mutating func receive(_ count: Int) async -> ByteBuffer? {
        while bytes.readableBytes < count {
            guard var part = try? await inbound.next() else { return nil }
            bytes.writeBuffer(&part)
        }
        return bytes.readSlice(length: count)
    }

    /// Whether the server closes, whatever it says before.
    package mutating func isCutOff() async -> Bool {
        while let part = try? await inbound.next() { _ = part }
        return true
    }

    // MARK: the protocol

    package mutating func greet(flags: UInt32 = 3) async -> Bool {
        guard var greeting = await receive(18), greeting.readInteger(as: UInt64.self) == 0x4e42_444d_4147_4943 else { return false }
        await send(ByteBuffer(integer: flags))
        return true
    }

    package static func option(_ number: UInt32, _ data: ByteBuffer = ByteBuffer(), length: UInt32? = nil) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.writeMultipleIntegers(UInt64(0x4948_4156_454f_5054), number, length ?? UInt32(data.readableBytes))
        bytes.writeImmutableBuffer(data)
        return bytes
    }

    package static func go(_ name: String = "root") -> ByteBuffer {
        var data = ByteBuffer(integer: UInt32(name.utf8.count))
        data.writeString(name)
        data.writeInteger(UInt16(0))
        return option(7, data)
    }

    package static func allocation(_ name: String = "root", queries: [String] = ["base:allocation"], number: UInt32 = 10) -> ByteBuffer {
        var data = ByteBuffer()
        for text in [name] + queries {
            data.writeInteger(UInt32(text.utf8.count))
            data.writeString(text)
            if text == name, data.readableBytes == 4 + name.utf8.count { data.writeInteger(UInt32(queries.count)) }
        }
        return option(number, data)
    }

    package static func request(
        _ command: UInt16,
        offset: UInt64 = 0,
        length: UInt32 = 0,
        flags: UInt16 = 0,
        cookie: UInt64 = 1,
        magic: UInt32 = 0x2560_9513,
        data: [UInt8] = []
    ) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.writeMultipleIntegers(magic, flags, command, cookie, offset, length)
        bytes.writeBytes(data)
        return bytes
    }

    /// The kind of an answer to an option, and what it holds.
    package mutating func optionReply() async -> (kind: UInt32, data: ByteBuffer)? {
        guard var head = await receive(20), let (_, _, kind, length) = head.readMultipleIntegers(as: (UInt64, UInt32, UInt32, UInt32).self),
            let data = await receive(Int(length))
        else { return nil }
        return (kind, data)
    }

    /// The error of a simple reply.
    package mutating func simpleReply() async -> UInt32? {
        guard var head = await receive(16), let (magic, error, _) = head.readMultipleIntegers(as: (UInt32, UInt32, UInt64).self),
            magic == 0x6744_6698
        else { return nil }
        return error
    }

    /// The kind of a chunk, whether it is the last, and what it holds.
    package mutating func chunk() async -> (kind: UInt16, isLast: Bool, data: ByteBuffer)? {
        guard var head = await receive(20),
            let (magic, flags, kind, _, length) = head.readMultipleIntegers(as: (UInt32, UInt16, UInt16, UInt64, UInt32).self),
            magic == 0x668e_33ef, let data = await receive(Int(length))
        else { return nil }
        return (kind, flags & 1 == 1, data)
    }

    /// Through the handshake, without structured replies.
    package mutating func choose() async -> Bool {
        guard await greet() else { return false }
        await send(Self.go())
        guard let info = await optionReply(), info.kind == 3, let end = await optionReply() else { return false }
        return end.kind == 1
    }

    /// Through the handshake, with all that the server has.
    package mutating func chooseStructured() async -> Bool {
        guard await greet() else { return false }
        await send(Self.option(8))
        await send(Self.allocation())
        await send(Self.go())
        for kind: UInt32 in [1, 4, 1, 3, 1] {
            guard let reply = await optionReply(), reply.kind == kind else { return false }
        }
        return true
    }
}
