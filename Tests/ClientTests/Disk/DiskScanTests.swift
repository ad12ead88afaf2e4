import Client
import Files
import Foundation
import NIOCore
import Testing

@Suite struct DiskScanTests {
    private let block = Int64(DiskBlock.size)

    /// All blocks with data of a file.
    private func scan(_ path: String) throws -> [DiskBlock] {
        var scan = DiskScan(try DiskFile(opening: path))
        var blocks: [DiskBlock] = []
        while true {
            switch try scan.step() {
            case .block(let block): blocks.append(block)
            case .zeros: continue
            case .end: return blocks
            }
        }
    }

    @Test func holesAndZerosAreSteppedOverAndTheEndIsFilledUp() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/disk"
            let data: [Int64: [UInt8]] = [
                0: [1],
                // Over the border of two blocks.
                3 * block - 1: [2, 3],
                // Written, and zero.
                5 * block: [UInt8](repeating: 0, count: Int(block)),
                900 * block + 17: [4],
            ]
            let length = 900 * block + 18
            try makeDisk(path, length: length, data: data)
            let blocks = try scan(path)
            #expect(blocks.map(\.index) == [0, 2, 3, 900])
            for block in blocks {
                #expect(block.bytes.readableBytes == DiskBlock.size)
                #expect(block.digest == BlockDigest(of: block.bytes))
            }
            #expect(blocks[1].bytes.getInteger(at: DiskBlock.size - 1, as: UInt8.self) == 2)
            #expect(blocks[2].bytes.getInteger(at: 0, as: UInt8.self) == 3)
            let last = blocks[3].bytes
            let end = ByteScan.endOfData(in: last.readableBytesSpan)
            #expect(end == 18)
        }
    }

    @Test(arguments: [0, 1, 524_287, 524_288, 524_289, 1 << 30, (1 << 30) + 1] as [Int64])
    func sizesAreRoundedUpToVolumes(length: Int64) async throws {
        try await withTemporaryFolder { folder in
            try makeDisk(folder + "/disk", length: length)
            let disk = try DiskFile(opening: folder + "/disk")
            #expect(disk.length == length)
            #expect(disk.sizeGiB == (length > 1 << 30 ? 2 : 1))
            #expect(try scan(folder + "/disk").isEmpty)
            #expect(try disk.dataBytes() == 0)
        }
    }

    @Test func dataIsCountedInWholeBlocksOnce() async throws {
        try await withTemporaryFolder { folder in
            // Two extents in one block, and one across two.
            try makeDisk(
                folder + "/disk",
                length: 100 * block,
                data: [0: [1], 300_000: [1], 10 * block - 4_096: [UInt8](repeating: 1, count: 8_192)]
            )
            #expect(try DiskFile(opening: folder + "/disk").dataBytes() == 3 * block)
        }
    }

    @Test func aFileThatShrinksWhileItIsReadIsAnError() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/disk"
            try makeDisk(path, length: 4 * block, data: [0: [1], 3 * block: [UInt8](repeating: 1, count: Int(block))])
            var scan = DiskScan(try DiskFile(opening: path))
            _ = try scan.step()
            #expect(truncate(path, off_t(3 * block + 5)) == 0)
            #expect(throws: FileProblem.self) { _ = try scan.step() }
        }
    }

    @Test func whatIsNoDiskIsRefused() async throws {
        try await withTemporaryFolder { folder in
            #expect(throws: FileProblem.self) { try DiskFile(opening: folder) }
            #expect(throws: FileProblem.self) { try DiskFile(opening: folder + "/none") }
            #expect(throws: FileProblem.self) { try DiskFile(opening: "/dev/zero") }
        }
    }
}
