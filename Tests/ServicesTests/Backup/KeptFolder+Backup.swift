import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

extension KeptFolder {
    /// Runs a test with a folder, the place of its backup, and a folder to restore into.
    static func backingUp(_ body: (_ kept: KeptFolder, _ backup: String, _ restored: KeptFolder) async throws -> Void) async throws {
        try await run { kept in
            try await run { restored in
                let backup = kept.folder.path + ".backup"
                defer { try? FileManager.default.removeItem(atPath: backup) }
                try await body(kept, backup, restored)
            }
        }
    }

    /// A backup of a day later than the one before.
    func backUp(to backup: String, checksAll: Bool = false) async throws -> Backup.Report {
        clock.advance(seconds: 86_400)
        return try await Backup(of: folder, to: backup, checksAll: checksAll, clock: clock.wallClock).run()
    }

    /// The pack of a Region that holds its first block, and where a byte of the block stands.
    func block(in region: Region) throws -> (pack: String, offset: Int) {
        let database = try Database(reading: folder.frameIndex(region), schema: .frameIndex)
        defer { try? database.close() }
        let index = SQLFrameIndex(database)
        for pack in try index.indexedLengths().keys.sorted() {
            for frame in try index.frames(in: pack, after: 0, limit: 100) where frame.location.kind == .block {
                return (pack.fileName, Int(frame.location.offset) + FrameHeader.bytes + 3)
            }
        }
        throw CocoaError(.fileNoSuchFile)
    }

    static func flip(_ path: String, at offset: Int) throws {
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[offset] ^= 1
        try bytes.write(to: URL(filePath: path))
    }

    static func cut(_ path: String, to length: Int) throws {
        try Data(contentsOf: URL(filePath: path)).prefix(length).write(to: URL(filePath: path))
    }
}
