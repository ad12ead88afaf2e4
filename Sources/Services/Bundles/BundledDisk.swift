import Blocks
import Bundles
import Domain
import NIOCore

/// The disk in the bundle of an instance-store image, on its way into the store. Every part is verified again: what is made of it is proven.
struct BundledDisk {
    private let bundle: StoredBundle
    private let key: BundleKey
    private let byteCount: UInt64

    /// Finds the manifest that the image was registered with, in the name of the image's owner.
    init(_ disk: InstanceDisk, in store: RegionStore, of deployment: Deployment) async throws {
        let owner = Principal(account: disk.owner, accessKeyID: "")
        let call = Call(principal: owner, store: store, deployment: deployment, host: "")
        bundle = try await StoredBundle.find(disk.bundle.manifest, version: disk.bundle.version, as: call)
        guard bundle.object.etag == disk.bundle.etag else {
            throw Fault(.invalidManifest, "The manifest s3://\(disk.bundle.manifest) was replaced since the image was registered.")
        }
        key = BundleKey.unwrapped(bundle.manifest.ec2, with: try await store.keys.certificates.privateKey())
        byteCount = disk.byteCount
    }

    /// Returns the root of its block map, which stays for as long as the writer does.
    func store(by writer: StoreWriter) async throws -> Digest {
        var builder = try BlockMapBuilder(volumeBytes: byteCount)
        var filling = FillingBlocks()
        do {
            try await Unbundler.run(bundle.manifest, key: key) { part in
                try await bundle.read(part)
            } write: { extent in
                try Task.checkCancellation()
                // Others have their turn between two pieces.
                await Task.yield()
                filling.take(extent)
                if filling.hasMany { try await Self.lay(&filling, into: &builder, by: writer) }
            }
        } catch let error as BundleError {
            throw StoredBundle.invalid(error)
        }
        filling.end()
        try await Self.lay(&filling, into: &builder, by: writer)
        return try await writer.finish(&builder).address
    }

    private static func lay(_ filling: inout FillingBlocks, into builder: inout BlockMapBuilder, by writer: StoreWriter) async throws {
        var blocks = filling.takeFull()[...]
        try await writer.lay(into: &builder) { blocks.popFirst() }
    }
}

/// Pieces of a disk, which come in the order of their places, as blocks. What lies between them is zeros.
private struct FillingBlocks {
    private var index: UInt64 = 0
    /// What of the block at `index` has come.
    private var bytes = ByteBuffer()
    private var full: [PlacedBlock] = []

    /// Enough for the writer to have several under way.
    var hasMany: Bool { full.count >= 8 }

    mutating func take(_ extent: DiskExtent) {
        var (place, rest) = (UInt64(extent.offset), extent.bytes)
        while rest.readableBytes > 0 {
            let block = place / UInt64(BlockSize.bytes)
            if block != index { end() }
            index = block
            let start = Int(place % UInt64(BlockSize.bytes))
            bytes.writeRepeatingByte(0, count: start - bytes.readableBytes)
            let count = min(rest.readableBytes, BlockSize.bytes - start)
            if var piece = rest.readSlice(length: count) { bytes.writeBuffer(&piece) }
            place += UInt64(count)
        }
    }

    /// Ends the block that is being filled.
    mutating func end() {
        guard bytes.readableBytes > 0 else { return }
        bytes.writeRepeatingByte(0, count: BlockSize.bytes - bytes.readableBytes)
        full.append(PlacedBlock(index: index, bytes: bytes))
        bytes = ByteBuffer()
    }

    mutating func takeFull() -> [PlacedBlock] {
        defer { full = [] }
        return full
    }
}
