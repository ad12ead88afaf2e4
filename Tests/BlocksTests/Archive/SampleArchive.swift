import Blocks
import NIOCore
import TestSupport

/// Bytes that come in pieces.
struct Pieces: ArchiveSource {
    private var rest: ByteBuffer
    private let length: (Int) -> Int

    /// - Parameter length: of the next piece, when so many bytes are left.
    init(_ bytes: [UInt8], length: @escaping (Int) -> Int = { $0 }) {
        rest = ByteBuffer(bytes: bytes)
        self.length = length
    }

    mutating func next() async throws -> ByteBuffer? {
        if rest.readableBytes == 0 { return nil }
        return rest.readSlice(length: min(max(length(rest.readableBytes), 1), rest.readableBytes))
    }
}

/// Archives as bytes.
enum SampleArchive {
    static let metadata = ByteBuffer(string: #"{"name":"sample"}"#)

    static func bytes(_ disks: [ArchiveWriter.Disk], of store: BlockStore, metadata: ByteBuffer = metadata) async throws -> [UInt8] {
        var writer = try ArchiveWriter(metadata: metadata, disks: disks, of: store)
        var bytes: [UInt8] = []
        while let piece = try await writer.next() { bytes += piece.readableBytesView }
        return bytes
    }

    /// Of disks that are put into a store for it.
    static func bytes(_ disks: [SampleDisk], in store: BlockStore) async throws -> [UInt8] {
        var written: [ArchiveWriter.Disk] = []
        for disk in disks { written.append(.init(root: try await disk.write(to: store).digest)) }
        return try await bytes(written, of: store)
    }

    /// Restores all disks of an archive; the addresses of their roots come back.
    static func restore(
        _ source: some ArchiveSource,
        into store: BlockStore,
        in domain: SealDomain = .open,
        by restore: DiskRestore = DiskRestore()
    ) async throws -> [Digest] {
        var reader = try await ArchiveReader(source)
        var roots: [Digest] = []
        while let disk = try await reader.nextDisk() {
            roots.append(try await restore.run(disk, from: &reader, into: store, in: domain) { _ in })
        }
        return roots
    }

    /// Takes an archive apart without restoring it; how many items it had comes back.
    @discardableResult
    static func parse(_ bytes: [UInt8]) throws -> Int {
        var (parser, items) = (ArchiveParser(), 0)
        parser.add(ByteBuffer(bytes: bytes))
        while try parser.next() != nil { items += 1 }
        try parser.finish()
        return items
    }
}

/// A record, made by the document and not by the code.
struct SampleRecord {
    var kind: UInt8
    var codec: UInt8 = 0
    var zeros: UInt16 = 0
    var number: UInt64 = 0
    var payload: [UInt8] = []

    static let magic = Array("FERRYIM".utf8) + [1]

    var bytes: [UInt8] {
        var head: [UInt8] = [kind, codec]
        head += Self.little(zeros) + Self.little(UInt32(payload.count)) + Self.little(number)
        return head + Self.little(CRC32C.checksum(head + payload)) + payload
    }

    static func archive(_ records: [SampleRecord]) -> [UInt8] { magic + records.flatMap(\.bytes) }

    /// Cuts a whole archive into its records.
    static func records(of archive: [UInt8]) -> [SampleRecord] {
        var (records, rest) = ([SampleRecord](), ByteBuffer(bytes: archive.dropFirst(8)))
        while let kind: UInt8 = rest.readInteger(), let codec: UInt8 = rest.readInteger(),
            let zeros: UInt16 = rest.readInteger(endianness: .little), let length: UInt32 = rest.readInteger(endianness: .little),
            let number: UInt64 = rest.readInteger(endianness: .little), let _: UInt32 = rest.readInteger(endianness: .little),
            let payload = rest.readBytes(length: Int(length))
        {
            records.append(SampleRecord(kind: kind, codec: codec, zeros: zeros, number: number, payload: payload))
        }
        return records
    }

    static func disk(_ position: UInt64, volumeBytes: UInt64, blocks: UInt64, root: Digest) -> SampleRecord {
        SampleRecord(kind: 2, number: position, payload: little(volumeBytes) + little(blocks) + root.bytes)
    }

    static func block(_ index: UInt64, _ payload: FramePayload) -> SampleRecord {
        SampleRecord(kind: 3, codec: payload.codec.rawValue, number: index, payload: Array(payload.bytes.readableBytesView))
    }

    static func end(disks: UInt64, blocks: UInt64) -> SampleRecord { SampleRecord(kind: 4, number: disks, payload: little(blocks)) }

    static func little(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}
