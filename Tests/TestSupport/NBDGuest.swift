import NIOCore

/// A guest with a disk on an NBD socket, which asks for one thing after the other.
package struct NBDGuest {
    /// What the server answered other than what was asked for; an errno where it has one.
    package struct Refusal: Error, Equatable {
        package let errno: UInt32?

        package init(errno: UInt32?) { self.errno = errno }
    }

    private var wire: NBDWire
    package let byteCount: UInt64

    package static func connect(to socket: String, _ body: @Sendable (inout NBDGuest) async throws -> Void) async throws {
        try await NBDWire.connect(to: socket) { wire in
            var guest = try await NBDGuest(wire)
            try await body(&guest)
        }
    }

    private init(_ wire: NBDWire) async throws {
        var wire = wire
        guard await wire.greet() else { throw Refusal(errno: nil) }
        await wire.send(NBDWire.go(""))
        guard var info = await wire.optionReply(), info.kind == 3,
            let (_, size) = info.data.readMultipleIntegers(as: (UInt16, UInt64).self),
            let end = await wire.optionReply(), end.kind == 1
        else { throw Refusal(errno: nil) }
        (self.wire, byteCount) = (wire, size)
    }

    package mutating func write(_ bytes: [UInt8], at offset: Int) async throws {
        try await ask(1, at: offset, bytes.count, data: bytes)
    }

    package mutating func read(_ range: Range<Int>) async throws -> [UInt8] {
        try await ask(0, at: range.lowerBound, range.count)
        guard let bytes = await wire.receive(range.count) else { throw Refusal(errno: nil) }
        return Array(bytes.readableBytesView)
    }

    package mutating func flush() async throws { try await ask(3, at: 0, 0) }

    package mutating func trim(_ range: Range<Int>) async throws { try await ask(4, at: range.lowerBound, range.count) }

    private mutating func ask(_ command: UInt16, at offset: Int, _ length: Int, data: [UInt8] = []) async throws {
        await wire.send(NBDWire.request(command, offset: UInt64(offset), length: UInt32(length), data: data))
        let error = await wire.simpleReply()
        guard error == 0 else { throw Refusal(errno: error) }
    }
}
