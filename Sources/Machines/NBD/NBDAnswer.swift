import NIOCore

/// The bytes that answer a request, in the form that client and server agreed on.
struct NBDAnswer {
    let cookie: UInt64
    /// Reads and what is stored are answered in chunks then.
    let isStructured: Bool

    func done() -> [ByteBuffer] { [simple(nil)] }

    func failure(_ failure: NBD.Failure, of command: NBD.Command?) -> [ByteBuffer] {
        guard isStructured, command == .read || command == .blockStatus else { return [simple(failure)] }
        var chunk = header(.error, flags: NBD.lastChunk, payload: 6)
        chunk.writeMultipleIntegers(failure.rawValue, UInt16(0))
        return [chunk]
    }

    func read(_ pieces: [GuestDiskPiece], at offset: UInt64, inOnePiece: Bool) -> [ByteBuffer] {
        if !isStructured { return [simple(nil)] + pieces.map(Self.bytes) }
        if inOnePiece || pieces.isEmpty {
            var head = header(.data, flags: NBD.lastChunk, payload: 8 + pieces.reduce(0) { $0 + $1.count })
            head.writeInteger(offset)
            return [head] + pieces.map(Self.bytes)
        }
        var (buffers, place): ([ByteBuffer], UInt64) = ([], offset)
        for (number, piece) in pieces.enumerated() {
            let flags = number == pieces.count - 1 ? NBD.lastChunk : 0
            switch piece {
            case .data(let bytes):
                var head = header(.data, flags: flags, payload: 8 + bytes.readableBytes)
                head.writeInteger(place)
                buffers += [head, bytes]
            case .zeros(let count):
                var head = header(.hole, flags: flags, payload: 12)
                head.writeMultipleIntegers(place, UInt32(count))
                buffers.append(head)
            }
            place += UInt64(piece.count)
        }
        return buffers
    }

    /// Of a range of so many bytes; what goes beyond it is left out.
    func extents(_ extents: [GuestDiskExtent], of length: UInt64) -> [ByteBuffer] {
        var (list, rest) = (ByteBuffer(integer: NBD.allocationID), length)
        for extent in extents where rest > 0 {
            let length = min(extent.length, rest)
            list.writeMultipleIntegers(UInt32(length), extent.isZero ? NBD.holeOfZeros : 0)
            rest -= length
        }
        return [header(.blockStatus, flags: NBD.lastChunk, payload: list.readableBytes), list]
    }

    private static func bytes(_ piece: GuestDiskPiece) -> ByteBuffer {
        switch piece {
        case .data(let bytes): bytes
        case .zeros(let count): ByteBuffer(repeating: 0, count: count)
        }
    }

    private func simple(_ failure: NBD.Failure?) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.writeMultipleIntegers(NBD.simpleReplyMagic, failure?.rawValue ?? 0, cookie)
        return bytes
    }

    private func header(_ kind: NBD.Chunk, flags: UInt16, payload: Int) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.writeMultipleIntegers(NBD.structuredReplyMagic, flags, kind.rawValue, cookie, UInt32(payload))
        return bytes
    }
}
