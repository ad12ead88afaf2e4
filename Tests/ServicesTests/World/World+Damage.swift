import Blocks
import Domain
import Foundation
import Metadata
import Services
import Testing

extension World {
    /// Where the index says that a frame stands.
    func place(of address: Digest, in region: Region = home) throws -> FrameLocation {
        let database = try Database(path: folder.frameIndex(region), schema: .frameIndex)
        defer { try? database.close() }
        return try #require(try SQLFrameIndex(database).locate([address])[address])
    }

    /// Flips a bit in what a frame holds.
    func flip(_ place: FrameLocation, in region: Region = home) throws {
        let file = try #require(FileHandle(forUpdatingAtPath: folder.packs(region) + "/" + place.pack.fileName))
        let offset = place.offset + UInt64(FrameHeader.bytes) + 20
        try file.seek(toOffset: offset)
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data([byte ^ 4]))
        try file.close()
    }
}
