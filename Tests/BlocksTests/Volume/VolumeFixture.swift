import Blocks
import NIOCore
import TestSupport

/// A volume on a faulty disk of its own, over a store on another one.
struct VolumeFixture {
    let store: BlockStore
    let disk: FaultyDisk
    let pool: DiskPool
    let domain: SealDomain
    var options = VolumeOptions()
    var base: Digest?
    var mergedThrough: UInt64 = 0
    var volumeBytes: UInt64 = 2 << 20

    static func run(encrypted: Bool = false, _ body: (inout VolumeFixture) async throws -> Void) async throws {
        let pool = DiskPool(threads: 4)
        do {
            let keys = KeyBox()
            let store = try await pool.run {
                try BlockStore(storage: FaultyDisk(), index: MemoryFrameIndex(), pool: pool, domains: keys.domains())
            }
            let domain = encrypted ? try await store.domain(KeyBox.id(7)) : .open
            var fixture = VolumeFixture(store: store, disk: FaultyDisk(), pool: pool, domain: domain)
            fixture.options.logBytes = 256 << 10
            fixture.options.loggedSectors = 8
            try await body(&fixture)
        } catch {
            try await pool.shutdown()
            throw error
        }
        try await pool.shutdown()
    }

    /// Opens the volume as a new process would.
    func open() async throws -> VolumeDisk {
        try await VolumeDisk.open(
            storage: disk.mount(),
            base: base,
            in: store,
            domain: domain,
            volumeBytes: volumeBytes,
            mergedThrough: mergedThrough,
            pool: pool,
            options: options
        )
    }

    /// The disk forgets what was not synced, and the kernel starts anew.
    mutating func powerCut(using generator: inout SeededGenerator) {
        disk.powerCut(using: &generator)
        options.run = .random()
    }

    /// A snapshot of blocks, each of the bytes that a number stands for.
    mutating func makeBase(_ blocks: [UInt64: ByteBuffer]) async throws {
        let (store, domain, volumeBytes) = (store, domain, volumeBytes)
        base = try await store.withWriter(in: domain) { writer in
            var builder = try BlockMapBuilder(volumeBytes: volumeBytes)
            var rest = blocks.sorted { $0.key < $1.key }[...]
            try await writer.lay(into: &builder) { rest.popFirst().map { PlacedBlock(index: $0.key, bytes: $0.value) } }
            return try await writer.finish(&builder).address
        }
    }

    /// Lays a point into the store and notes what a row would.
    mutating func merge(_ point: VolumePoint, of volume: VolumeDisk) async throws -> VolumeLaying {
        let laying = try await store.withWriter(in: domain) { try await volume.lay(point, with: $0) }
        (base, mergedThrough) = (laying.address, point.layer)
        return laying
    }
}

extension VolumeDisk {
    func all() async throws -> [UInt8] {
        let bytes = try await bytes(0..<volumeBytes)
        return Array(bytes.readableBytesView)
    }

    func write(_ bytes: [UInt8], at offset: Int) async throws { try await write(ByteBuffer(bytes: bytes), at: UInt64(offset)) }
}
