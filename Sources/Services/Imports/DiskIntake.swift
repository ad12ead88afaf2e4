import Blocks
import DiskImages
import Domain
import NIOCore

/// Takes disks out of an object and into the Region's store (docs/behaviour/image-stores-and-import.md, "Imports").
///
/// A raw disk streams from blocks to blocks. One in another format needs a file that a program can seek in: it goes through the scratch
/// folder, and is converted there.
struct DiskIntake: Sendable {
    /// A disk that is in the store, and stays there while the intake's session lasts.
    struct Taken: Sendable {
        let root: Digest
        let dataBytes: Int64
        let sizeGiB: Int
    }

    let job: Job
    let tools: JobTools
    let session: StoreWriter

    init(_ job: Job, encryption: SnapshotEncryption?, tools: JobTools) async throws {
        self.job = job
        self.tools = tools
        session = tools.store.blocks.writer(in: try await tools.store.seal(encryption?.domain), isHandedOver: true)
    }

    /// The disks of one object: several only of an OVA.
    ///
    /// - Parameter report: told how far it is, in per cent.
    func take(
        _ source: ImportSource,
        accepting accepted: Set<DiskFormat>,
        report: @escaping @Sendable (Int, String) async throws -> Void
    ) async throws -> [Taken] {
        let (object, objects) = try await Imports.find(source, as: tools.call(of: job))
        let said = source.format.flatMap(DiskFormat.init(ec2Name:))
        let found: DiskFormat
        if let said { found = said } else { found = try await detected(object, objects) }
        if found == .raw, accepted.contains(.raw) {
            if said == nil { try await DiskRefusal.explained { try DiskFormat.checkIsRaw(named: source.key) } }
            var reader = try await objects.read(object, range: 0..<object.bytes)
            let cutter = BlockCutter()
            let taken = try await fill(volumeBytes: object.bytes) {
                let block = try await cutter.next { try await reader.next() }
                try await report(Int(cutter.taken * 100 / max(1, object.bytes)), "converting")
                return block
            }
            return [taken]
        }
        return try await tools.scratch.with(job.id) { folder in
            try await convert(object, of: source, as: said, accepting: accepted, in: folder, objects, report)
        }
    }

    /// What the object's first and last bytes say.
    private func detected(_ object: StoredObject, _ objects: Objects) async throws -> DiskFormat {
        func bytes(_ range: Range<Int64>) async throws -> [UInt8] {
            var reader = try await objects.read(object, range: range)
            var bytes: [UInt8] = []
            while let piece = try await reader.next() { bytes += piece.readableBytesView }
            return bytes
        }
        return DiskFormat.detect(
            head: try await bytes(0..<min(object.bytes, Int64(DiskFormat.headBytes))),
            tail: try await bytes(max(0, object.bytes - Int64(DiskFormat.tailBytes))..<object.bytes)
        )
    }

    private func convert(
        _ object: StoredObject,
        of source: ImportSource,
        as format: DiskFormat?,
        accepting accepted: Set<DiskFormat>,
        in folder: String,
        _ objects: Objects,
        _ report: @escaping @Sendable (Int, String) async throws -> Void
    ) async throws -> [Taken] {
        let (path, raw) = ("\(folder)/object", "\(folder)/disk.raw")
        let file = try ScratchFile(creating: path, room: object.bytes, in: tools)
        var (reader, fetched) = (try await objects.read(object, range: 0..<object.bytes), Int64(0))
        while let piece = try await reader.next() {
            try await file.append(piece)
            fetched += Int64(piece.readableBytes)
            try await report(Int(fetched * 30 / max(1, object.bytes)), "validating")
        }
        return try await DiskRefusal.explained {
            let disks = try await tools.scratch.pool.run {
                try DiskImage.inspect(path, as: format, accepting: accepted, named: source.key)
            }
            // All of them, before anything of the first one is stored.
            var whole: [WholeDisk] = []
            for disk in disks { whole.append(try await WholeDisk(proving: disk)) }
            var taken: [Taken] = []
            for (number, disk) in whole.enumerated() {
                let (start, share) = (30 + number * 70 / disks.count, 70 / disks.count)
                taken.append(
                    try await take(disk, over: raw) { done in
                        try await report(start + share * done / 100, done == 0 ? "converting" : "updating")
                    }
                )
            }
            return taken
        }
    }

    /// Stores one disk.
    ///
    /// - Parameter raw: where it is converted.
    private func take(_ whole: WholeDisk, over raw: String, report: @escaping @Sendable (Int) async throws -> Void) async throws -> Taken {
        let disk = whole.disk
        if disk.isEmpty { return try await fill(volumeBytes: disk.virtualBytes) { nil } }
        if disk.format == .raw { return try await store(disk.path, report: report) }
        try await report(0)
        try await DiskConverter().convert(whole, to: raw)
        let taken = try await store(raw) { done in try await report(50 + done / 2) }
        try await tools.scratch.pool.run { ScratchFile.remove(raw) }
        return taken
    }

    /// Stores a raw file with its holes.
    private func store(_ path: String, report: @escaping @Sendable (Int) async throws -> Void) async throws -> Taken {
        let pool = tools.scratch.pool
        let disk = try await pool.run { try RawDisk(opening: path) }
        var place: Int64 = 0
        return try await fill(volumeBytes: disk.length) {
            let from = place
            let found = try await pool.run { () throws -> PlacedBlock? in
                guard let data = try disk.data(from: from) else { return nil }
                let index = data / Int64(BlockSize.bytes)
                var bytes = ByteBuffer(bytes: try disk.read(BlockSize.bytes, at: index * Int64(BlockSize.bytes)))
                bytes.writeRepeatingByte(0, count: BlockSize.bytes - bytes.readableBytes)
                return PlacedBlock(index: UInt64(index), bytes: bytes)
            }
            guard let found else { return nil }
            place = Int64(found.index + 1) * Int64(BlockSize.bytes)
            try await report(Int(min(place, disk.length) * 100 / max(1, disk.length)))
            return found
        }
    }

    private func fill(volumeBytes: Int64, next: () async throws -> PlacedBlock?) async throws -> Taken {
        let sizeGiB = Int((volumeBytes + (1 << 30) - 1) >> 30)
        guard (1...Snapshot.sizeGiBMax).contains(sizeGiB) else {
            throw Fault(
                .invalidParameterValue,
                "A disk of \(volumeBytes) bytes is not possible: expected 1 byte to \(Snapshot.sizeGiBMax) GiB"
            )
        }
        var builder = try BlockMapBuilder(volumeBytes: UInt64(sizeGiB) << 30)
        try await session.lay(into: &builder, next: next)
        let (root, address) = try await session.finish(&builder)
        return Taken(root: address, dataBytes: Int64(root.dataBytes), sizeGiB: sizeGiB)
    }
}
