import NIOCore

/// A part of what was read of a volume.
package enum VolumePiece: Sendable, Equatable {
    case data(ByteBuffer)
    case zeros(Int)

    package var count: Int {
        switch self {
        case .data(let bytes): bytes.readableBytes
        case .zeros(let count): count
        }
    }
}

/// A stretch of a volume, and whether something is stored of it; what is not reads as zeros.
package struct VolumeExtent: Sendable, Hashable {
    package let range: Range<UInt64>
    package let isZero: Bool
}
