import API
import Domain
import HTTPTypes
import NIOCore
import Wire

/// The bytes of a snapshot as a raw disk, which the browser keeps as a file.
struct SnapshotBytesPage: Page {
    static let path = "{region}/snapshots/{id}/raw"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View { throw PageFault.notFound }

    func answer() async throws -> Reply? {
        let (region, id) = (try visit.region(), visit.parameter("id"))
        var disk = RawDisk(of: id, in: region, visit)
        // Before the answer begins: what may not be read is a page that says so, and no file.
        try await disk.begin()
        return Reply(
            status: .ok,
            headers: [
                .contentType: "application/octet-stream", .contentLength: String(disk.bytes), .cacheControl: "no-store",
                .contentDisposition:
                    "attachment; filename=\"\(id.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }).img\"",
            ],
            parts: disk
        )
    }
}

/// A disk block by block, by calls of EBS direct; zeros where the snapshot has none.
struct RawDisk: ReplyParts {
    let waitsForRoom = true

    private struct Page: Decodable {
        struct Block: Decodable {
            let blockIndex: Int64
            let blockToken: String
        }

        let blocks: [Block]
        let nextToken: String?
        let volumeSize: Int64
    }

    private static let zeros = ByteBuffer(repeating: 0, count: Int(Snapshot.blockBytes))
    private static let pauseMax = Duration.seconds(5)

    private let id: String
    private let region: Region
    private let visit: Visit
    private var listed: ArraySlice<Page.Block> = []
    private var next: String?
    private var index: Int64 = 0
    private(set) var bytes: Int64 = 0

    init(of id: String, in region: Region, _ visit: Visit) { (self.id, self.region, self.visit) = (id, region, visit) }

    /// - Throws: `CallRefusal` where it may not be read.
    mutating func begin() async throws {
        bytes = try await list() << 30
        // Its first block is read now, for a right or a key that is missing.
        if let first = listed.first { _ = try await read(first) }
    }

    /// - Returns: the size of the disk in GiB.
    @discardableResult
    private mutating func list() async throws -> Int64 {
        let query = next.map { "?pageToken=\(PercentEncoding.encode($0))" } ?? ""
        let answer = try await call("/snapshots/\(PercentEncoding.encode(id))/blocks\(query)")
        let page = try JSONText.decode(answer.body, as: Page.self)
        (listed, next) = (page.blocks[...], page.nextToken)
        return page.volumeSize
    }

    private func read(_ block: Page.Block) async throws -> ByteBuffer {
        let token = PercentEncoding.encode(block.blockToken)
        return ByteBuffer(
            bytes: try await call("/snapshots/\(PercentEncoding.encode(id))/blocks/\(block.blockIndex)?blockToken=\(token)").body
        )
    }

    /// Waits where the account calls more often than it may.
    private func call(_ target: String) async throws -> SignedInCalls.Answer {
        var pause = Duration.milliseconds(100)
        while true {
            do {
                return try await visit.ebs(.get, target, in: region)
            } catch let refusal as CallRefusal where refusal.code == "RequestThrottledException" && pause < Self.pauseMax {
                try await Task.sleep(for: pause)
                pause *= 2
            }
        }
    }

    mutating func next() async throws -> ByteBuffer? {
        guard index << 19 < bytes, visit.request.isConnected else { return nil }
        if listed.isEmpty, next != nil { try await list() }
        defer { index += 1 }
        guard let block = listed.first, block.blockIndex == index else { return Self.zeros }
        listed.removeFirst()
        return try await read(block)
    }
}
