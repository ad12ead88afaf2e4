import NIOCore

/// A disk as a guest has it: bytes that are read and written anywhere, by any number of calls at once.
///
/// Ranges that the callers give are not empty and within ``byteCount``. A call that throws a ``GuestDiskError`` tells the guest why; any
/// other error is an input/output error to it.
package protocol GuestDisk: Sendable {
    var byteCount: UInt64 { get }
    /// The bytes of a range, in order.
    func read(_ range: Range<UInt64>) async throws -> [GuestDiskPiece]
    func write(_ bytes: ByteBuffer, at offset: UInt64) async throws
    /// Makes zeros of a range, without writing them.
    func zero(_ range: Range<UInt64>) async throws
    /// Says that the bytes of a range are not needed any more.
    func trim(_ range: Range<UInt64>) async throws
    /// Returns when all that was written by calls that have returned is durable.
    func flush() async throws
    /// What is stored of a range, from its start: up to `limit` extents, at least one, which may end before the range does.
    func extents(_ range: Range<UInt64>, limit: Int) async throws -> [GuestDiskExtent]
}

/// A part of what was read.
package enum GuestDiskPiece: Sendable, Equatable {
    case data(ByteBuffer)
    case zeros(Int)

    package var count: Int {
        switch self {
        case .data(let bytes): bytes.readableBytes
        case .zeros(let count): count
        }
    }
}

/// A stretch of a disk; one of which nothing is stored reads as zeros.
package struct GuestDiskExtent: Sendable, Hashable {
    package let length: UInt64
    package let isZero: Bool

    package init(length: UInt64, isZero: Bool) {
        self.length = length
        self.isZero = isZero
    }
}

/// What a guest can be told.
package enum GuestDiskError: Error, Hashable, Sendable, CustomStringConvertible {
    case noSpace
    case outOfRange

    package var description: String {
        switch self {
        case .noSpace: "there is no room for what the guest writes"
        case .outOfRange: "the range is not within the disk"
        }
    }
}
