import Blocks
import Crypto
import DiskImages
import Domain
import Foundation
import Metadata
import NIOCore

/// Writes the disk of an image into a bucket, as `PREFIXexport-ami-….FORMAT`.
///
/// RAW streams from blocks to blocks, so it takes no room that the snapshot does not take already. VMDK and VHD are made by a program,
/// of a raw file in the scratch folder.
struct ImageExportRunner: JobRunner {
    let job: Job
    let work: ImageExport
    let tools: JobTools

    func run(_ progress: JobProgress) async throws -> JobEnding {
        let snapshot = try await snapshot()
        guard let root = snapshot.root.flatMap({ Digest(bytes: $0) }) else { throw Snapshots.notFound(snapshot.id.rawValue) }
        let (store, seal) = (tools.store.blocks, try await tools.store.seal(snapshot.encryption?.domain))
        let map = BlockMapReader(root: try await store.readRoot(root), reading: DomainPages(store, in: seal))
        let call = try await tools.call(of: job).making(key, in: work.bucket, Exports.attributes)
        let put = ObjectPut(
            bucket: work.bucket,
            key: key,
            attributes: Exports.attributes,
            // What was sealed does not come to stand in the open.
            encryption: try await Buckets(call).encryption(
                in: work.bucket,
                otherwise: snapshot.encryption == nil ? nil : .s3
            )
        )
        let upload = JobUpload(of: job, by: call)
        guard let product = DiskConverter.Product(ec2Name: work.format) else {
            let stream = DiskStream(map, in: seal, of: store) { done, total in
                try await progress.report(done * 100 / max(1, total), of: 100, "converting")
            }
            return try await upload.put(stream, as: put, progress)
        }
        return try await tools.scratch.with(job.id) { folder in
            let path = "\(folder)/disk"
            try await write(map, in: seal, to: path, progress)
            try await DiskRefusal.explained {
                try await DiskConverter().export(path, as: product, to: "\(folder)/product")
            }
            try await progress.report(75, of: 100, "uploading")
            let file = try await tools.scratch.pool.run { try RawDisk(opening: "\(folder)/product") }
            return try await upload.put(FileStream(file, pool: tools.scratch.pool), as: put, progress)
        }
    }

    func undo() async throws { try await JobUpload(of: job, by: tools.call(of: job.account)).abort() }

    private var key: String { ImageExport.key(of: job.id, behind: work.prefix, as: work.format) }

    private func snapshot() async throws -> Snapshot {
        let (image, snapshots) = try await Exports.source(work.image, by: tools.call(of: job))
        guard let snapshot = snapshots.first else { throw Images.unavailable(image.id) }
        return snapshot
    }

    /// Writes the disk into a sparse file.
    private func write(_ map: BlockMapReader, in seal: SealDomain, to path: String, _ progress: JobProgress) async throws {
        let file = try ScratchFile(creating: path, room: Int64(map.root.dataBytes) * 2, in: tools)
        let (total, store) = (Int64(map.root.dataBytes), tools.store.blocks)
        var (next, done): (UInt64?, Int64) = (0, 0)
        while let from = next {
            let page = try await map.blocks(from: from, limit: BlockSize.blocksPerPage)
            for block in page.blocks {
                try await file.write(try await store.read(block.digest, in: seal), at: block.index * UInt64(BlockSize.bytes))
                done += Int64(BlockSize.bytes)
                try await progress.report(done * 40 / max(1, total), of: 100, "converting")
            }
            next = page.next
        }
        try await file.finish(length: map.root.volumeBytes)
    }
}

extension DiskConverter.Product {
    fileprivate init?(ec2Name: String) {
        switch ec2Name {
        case "VMDK": self = .vmdk
        case "VHD": self = .vhd
        default: return nil
        }
    }
}

/// A disk of the store, from its first byte to its last.
private struct DiskStream: ArchiveSource {
    private let map: BlockMapReader
    private let seal: SealDomain
    private let store: BlockStore
    private let report: @Sendable (Int64, Int64) async throws -> Void
    private var index: UInt64 = 0
    private var listed: ArraySlice<MappedBlock> = []
    private var listedUntil: UInt64? = 0

    init(_ map: BlockMapReader, in seal: SealDomain, of store: BlockStore, report: @escaping @Sendable (Int64, Int64) async throws -> Void)
    {
        self.map = map
        self.seal = seal
        self.store = store
        self.report = report
    }

    mutating func next() async throws -> ByteBuffer? {
        let total = map.root.volumeBytes
        let offset = index * UInt64(BlockSize.bytes)
        guard offset < total else { return nil }
        while listed.isEmpty, let from = listedUntil {
            let page = try await map.blocks(from: from, limit: BlockSize.blocksPerPage)
            (listed, listedUntil) = (page.blocks[...], page.next)
        }
        try await report(Int64(offset), Int64(total))
        let count = Int(min(UInt64(BlockSize.bytes), total - offset))
        defer { index += 1 }
        guard let block = listed.first, block.index == index else { return ByteBuffer(repeating: 0, count: count) }
        listed.removeFirst()
        var bytes = try await store.read(block.digest, in: seal)
        return bytes.readSlice(length: count)
    }
}

/// A file, from its first byte to its last.
private struct FileStream: ArchiveSource {
    private let file: RawDisk
    private let pool: DiskPool
    private var offset: Int64 = 0

    init(_ file: RawDisk, pool: DiskPool) {
        self.file = file
        self.pool = pool
    }

    mutating func next() async throws -> ByteBuffer? {
        let (file, from) = (file, offset)
        guard from < file.length else { return nil }
        let bytes = try await pool.run { ByteBuffer(bytes: try file.read(BlockSize.bytes, at: from)) }
        offset += Int64(bytes.readableBytes)
        return bytes
    }
}
