import Blocks
import Domain
import Logging
import Machines
import NIOCore
import Synchronization

/// A volume's bytes as a guest has them.
final class VolumeGuestDisk: GuestDisk {
    private let disk: VolumeDisk
    private let id: VolumeID
    private let logger: Logger
    /// Whether the last write found no room: it is logged once, however often the guest tries.
    private let isShort = Atomic(false)

    init(_ disk: VolumeDisk, of id: VolumeID, logger: Logger) {
        self.disk = disk
        self.id = id
        self.logger = logger
    }

    var byteCount: UInt64 { disk.volumeBytes }

    func read(_ range: Range<UInt64>) async throws -> [GuestDiskPiece] {
        try await told { try await disk.read(range).map { $0.piece } }
    }

    func write(_ bytes: ByteBuffer, at offset: UInt64) async throws {
        try await told { try await disk.write(bytes, at: offset) }
        guard isShort.load(ordering: .relaxed), isShort.exchange(false, ordering: .relaxed) else { return }
        logger.notice("There is room again for what a guest writes", metadata: ["volume": "\(id)"])
    }

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
            if !isShort.exchange(true, ordering: .relaxed) {
                logger.warning("There is no room for what a guest writes: its write fails", metadata: .error(error, ["volume": "\(id)"]))
            }
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
