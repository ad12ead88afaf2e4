import Blocks
import Domain
import Files
import Glibc
import Logging
import Machines
import Metadata

/// The volumes of a Region whose bytes are open, each that is served over NBD on a unix socket of its own.
///
/// A volume's row comes first, and its bytes follow: ``settle(_:)`` brings them to what the row says, and may be called at any time.
package actor VolumeDisks {
    /// Where the bytes are, and the sockets.
    package struct Place: Sendable {
        /// Has a folder for each volume that was written to.
        let volumes: String
        let sockets: String
        let pool: DiskPool
        let options: VolumeOptions

        package init(volumes: String, sockets: String, pool: DiskPool, options: VolumeOptions = VolumeOptions()) {
            self.volumes = volumes
            self.sockets = sockets
            self.pool = pool
            self.options = options
        }

        func folder(of id: VolumeID) -> String { PathText.joined(volumes, id.rawValue) }

        func socket(of id: VolumeID) -> String { PathText.joined(sockets, String(id.rawValue.dropFirst(4))) }
    }

    /// A volume that is used, and who does something with it as a whole.
    private final class Slot {
        var disk: VolumeDisk?
        var server: NBDServer?
        /// Those who need the disk beside its clients.
        var users = 0
        var isHeld = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let database: Database
    private let blocks: BlockStore
    /// Nil where no volume can be opened, in tests.
    private let place: Place?
    private let logger: Logger
    private var slots: [VolumeID: Slot] = [:]
    private var isClosed = false
    /// For how long guests had to wait for the last point in time.
    package private(set) var lastHold: Duration = .zero

    private static let rowsPerRead = 1024

    package init(database: Database, blocks: BlockStore, place: Place?, logger: Logger) {
        self.database = database
        self.blocks = blocks
        self.place = place
        self.logger = logger
    }

    // MARK: serving

    /// Serves a volume until it is closed, and returns the path of its socket: always the same one, so that clients find it again. Serving
    /// it twice is serving it once.
    package func serve(_ id: VolumeID) async throws -> String {
        let slot = await hold(id)
        defer { release(id, slot) }
        guard let place else { throw VolumeError(.closed, "no volume can be served here") }
        let path = place.socket(of: id)
        if slot.server != nil { return path }
        guard let standing = try await standing(of: id), !standing.isDeleted else { throw Volumes.notFound(id.rawValue) }
        let disk = try await open(slot, id, standing)
        do {
            guard mkdir(place.sockets, 0o700) == 0 || errno == EEXIST else {
                throw IOFailure(call: "mkdir", path: place.sockets, errno: errno)
            }
            slot.server = try await NBDServer.start(
                NBDExport(name: id.rawValue, disk: VolumeGuestDisk(disk, of: id, logger: logger)),
                at: path,
                logger: logger
            )
        } catch {
            await closeUnused(slot, id)
            throw error
        }
        return path
    }

    /// Cuts off the clients of a volume, makes durable what they wrote, and closes it. One that is not served is left as it is.
    package func close(_ id: VolumeID) async {
        let slot = await hold(id)
        await stop(slot)
        await closeUnused(slot, id)
        release(id, slot)
    }

    /// Closes all volumes for good.
    package func closeAll() async {
        isClosed = true
        for id in slots.keys.sorted() {
            let slot = await hold(id)
            await stop(slot)
            await closeDisk(slot, id)
            release(id, slot)
        }
    }

    /// How large an open volume is: a driver tells QEMU when it has become larger. Nil when it is closed.
    package func byteCount(of id: VolumeID) -> UInt64? { slots[id]?.disk?.volumeBytes }

    /// What the open volumes stand over. Who collects garbage reads it before the rows, which may say something newer.
    var bases: [(id: VolumeID, root: Digest, domain: SealDomainID)] {
        slots.compactMap { id, slot in slot.disk?.base.map { (id, $0.address, $0.domain) } }
    }

    // MARK: points in time

    /// Opens a volume for whoever needs its bytes beside its guest.
    func take(_ id: VolumeID) async throws -> OpenVolume {
        let slot = await hold(id)
        defer { release(id, slot) }
        guard let standing = try await standing(of: id) else { throw Volumes.notFound(id.rawValue) }
        let disk = try await open(slot, id, standing)
        slot.users += 1
        return OpenVolume(disk, of: id, in: self)
    }

    func giveBack(_ id: VolumeID) async {
        // Whatever becomes of the caller: what they have changed in rows is to reach the bytes.
        await Task {
            let slot = await hold(id)
            slot.users -= 1
            await settle(slot, id)
            await closeUnused(slot, id)
            release(id, slot)
        }.value
    }

    /// Takes a point in time of volumes, of all of them at one moment, and keeps others from it until `body` has noted them in rows.
    ///
    /// A point that is not noted is nothing but a layer more. Volumes that nobody has written to have no points.
    package func withPoints<Value: Sendable>(
        of ids: [VolumeID],
        _ body: @Sendable ([VolumeID: VolumePoint]) async throws -> Value
    ) async throws -> Value {
        var held: [(id: VolumeID, slot: Slot)] = []
        // In one order everywhere, so that two of these never wait for each other.
        for id in Set(ids).sorted() { held.append((id, await hold(id))) }
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(try await points(held)))
        } catch {
            result = .failure(error)
        }
        for (id, slot) in held {
            await closeUnused(slot, id)
            release(id, slot)
        }
        return try result.get()
    }

    private func points(_ held: [(id: VolumeID, slot: Slot)]) async throws -> [VolumeID: VolumePoint] {
        var disks: [(id: VolumeID, disk: VolumeDisk)] = []
        for (id, slot) in held where hasBytes(id) {
            guard let standing = try await standing(of: id) else { throw Volumes.notFound(id.rawValue) }
            let disk = try await open(slot, id, standing)
            try await fold(disk, id, standing)
            disks.append((id, disk))
        }
        do {
            let (points, held) = try await VolumeDisk.freeze(disks.map(\.disk))
            lastHold = held
            return Dictionary(uniqueKeysWithValues: zip(disks.map(\.id), points))
        } catch let error as VolumeError where error.code == .tooManyLayers {
            throw Fault(.concurrentSnapshotLimitExceeded, "Too many snapshots of a volume are being made: wait until some are completed")
        }
    }

    /// Lays points that nobody has noted, or whose snapshots failed, before they are too many.
    private func fold(_ disk: VolumeDisk, _ id: VolumeID, _ standing: VolumeStanding) async throws {
        guard let place, disk.layerCount > place.options.layers / 2, disk.base?.domain ?? disk.domain.id == disk.domain.id,
            try await database.read({ try VolumeSnapshotTable($0).last(of: id) }) == nil
        else { return }
        let point = VolumePoint(layer: disk.mergedThrough + UInt64(disk.layerCount) - 1, volumeBytes: disk.volumeBytes)
        try await blocks.withWriter(in: disk.domain) { writer in
            let made = try await disk.lay(point, with: writer).address
            try await database.write {
                try VolumeTable($0).rebase(id, onto: Volume.Base(root: made.bytes, domain: standing.domain), mergedThrough: point.layer)
            }
            try await disk.rebase(onto: made, mergedThrough: point.layer)
        }
    }

    private func hasBytes(_ id: VolumeID) -> Bool { place.map { access($0.folder(of: id), F_OK) == 0 } ?? false }

    // MARK: what rows say

    /// Brings the bytes of a volume to what its row says: its size, its base, or its end. What cannot be done now is done at the next call,
    /// or when the volume is opened.
    package func settle(_ id: VolumeID) async {
        await Task {
            let slot = await hold(id)
            await settle(slot, id)
            release(id, slot)
        }.value
    }

    private func settle(_ slot: Slot, _ id: VolumeID) async {
        guard let place else { return }
        do {
            guard let standing = try await standing(of: id) else {
                await stop(slot)
                guard slot.users == 0 else { return }
                await closeDisk(slot, id)
                return try await VolumeDisk.delete(folder: place.folder(of: id), pool: place.pool)
            }
            if standing.isDeleted { await stop(slot) }
            guard let disk = slot.disk else { return }
            if standing.volumeBytes > disk.volumeBytes { try disk.grow(to: standing.volumeBytes) }
            if standing.mergedThrough > disk.mergedThrough, let base = standing.base.flatMap({ Digest(bytes: $0.root) }) {
                try await disk.rebase(onto: base, mergedThrough: standing.mergedThrough)
            }
        } catch {
            logger.error(
                "A volume's bytes do not match its row; trying again",
                metadata: .error(error, ["volume": "\(id)"])
            )
        }
    }

    /// Removes what no row needs: folders of volumes whose rows went in a transaction before a crash, and sockets that nobody serves.
    package func sweep() async {
        guard let place else { return }
        do {
            let names = try await place.pool.run { try LocalPackStorage(path: place.volumes).list() }
            let ids = names.compactMap(VolumeID.init(rawValue:))
            for start in stride(from: 0, to: ids.count, by: Self.rowsPerRead) {
                let batch = Array(ids[start..<min(start + Self.rowsPerRead, ids.count)])
                let known = Set(try await database.read { try VolumeTable($0).volumes(ids: batch).map(\.id) })
                for id in batch where !known.contains(id) { await settle(id) }
            }
            for name in try await place.pool.run({ try LocalPackStorage(path: place.sockets).list() }) {
                guard let id = VolumeID(rawValue: "vol-" + name) else { continue }
                let slot = await hold(id)
                if slot.server == nil { unlink(place.socket(of: id)) }
                release(id, slot)
            }
        } catch {
            logger.error("Looking for the bytes of volumes that are gone failed", metadata: .error(error))
        }
    }

    private func standing(of id: VolumeID) async throws -> VolumeStanding? {
        try await database.read { try VolumeStanding(of: id, in: $0) }
    }

    // MARK: slots

    /// The disk of a slot that the caller holds.
    private func open(_ slot: Slot, _ id: VolumeID, _ standing: VolumeStanding) async throws -> VolumeDisk {
        if let disk = slot.disk { return disk }
        guard let place, !isClosed else { throw VolumeError(.closed, "no volume is opened any more") }
        let domain = try await blocks.domain(SealDomainID(standing.domain))
        var baseDomain = domain
        if let base = standing.base, base.domain != standing.domain { baseDomain = try await blocks.domain(SealDomainID(base.domain)) }
        try await place.pool.run { try LocalPackStorage(path: place.volumes).prepare() }
        let disk = try await VolumeDisk.open(
            folder: place.folder(of: id),
            base: standing.base.flatMap { Digest(bytes: $0.root) },
            baseDomain: baseDomain,
            in: blocks,
            domain: domain,
            volumeBytes: standing.volumeBytes,
            mergedThrough: standing.mergedThrough,
            pool: place.pool,
            options: place.options
        )
        slot.disk = disk
        return disk
    }

    private func stop(_ slot: Slot) async {
        await slot.server?.stop()
        slot.server = nil
    }

    private func closeUnused(_ slot: Slot, _ id: VolumeID) async {
        if slot.users == 0, slot.server == nil { await closeDisk(slot, id) }
    }

    private func closeDisk(_ slot: Slot, _ id: VolumeID) async {
        guard let disk = slot.disk else { return }
        slot.disk = nil
        do {
            try await disk.close()
        } catch {
            logger.error("A volume was closed, and not all that was written to it is durable", metadata: .error(error, ["volume": "\(id)"]))
        }
    }

    /// Waits until nobody else does something with the volume as a whole.
    private func hold(_ id: VolumeID) async -> Slot {
        let slot = slots[id] ?? Slot()
        slots[id] = slot
        if slot.isHeld {
            await withCheckedContinuation { slot.waiting.append($0) }
        } else {
            slot.isHeld = true
        }
        return slot
    }

    private func release(_ id: VolumeID, _ slot: Slot) {
        guard slot.waiting.isEmpty else { return slot.waiting.removeFirst().resume() }
        slot.isHeld = false
        if slot.disk == nil, slot.users == 0 { slots[id] = nil }
    }
}
