import Blocks
import Machines
import NIOCore

/// A volume's bytes as a guest has them.
struct VolumeGuestDisk: GuestDisk {
    let disk: VolumeDisk

    var byteCount: UInt64 { disk.volumeBytes }

    func read(_ range: Range<UInt64>) async throws -> [GuestDiskPiece] {
        try await told { try await disk.read(range).map { $0.piece } }
    }

    func write(_ bytes: ByteBuffer, at offset: UInt64) async throws { try await told { try await disk.write(bytes, at: offset) } }

    func zero(_ range: Range<UInt64>) async throws { try await told { try await disk.zero(range) } }

    func trim(_ range: Range<UInt64>) async throws { try await told { try await disk.trim(range) } }

    func flush() async throws { try await told { try await disk.flush() } }

    func extents(_ range: Range<UInt64>, limit: Int) async throws -> [GuestDiskExtent] {
        try await told {
            try await disk.extents(range, limit: limit).map { GuestDiskExtent(length: UInt64($0.range.count), isZero: $0.isZero) }
        }
    }

    /// What guests can be told, in their words.
    private func told<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as VolumeError where error.code == .noSpace {
            throw GuestDiskError.noSpace
        } catch let error as VolumeError where error.code == .outOfRange {
            throw GuestDiskError.outOfRange
        }
    }
}

extension VolumePiece {
    fileprivate var piece: GuestDiskPiece {
        switch self {
        case .data(let bytes): .data(bytes)
        case .zeros(let count): .zeros(count)
        }
    }
}
