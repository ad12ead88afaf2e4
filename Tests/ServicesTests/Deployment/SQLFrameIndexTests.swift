import Foundation
import Metadata
import Services
import TestSupport
import Testing

@Suite struct SQLFrameIndexTests {
    @Test(arguments: seeds(2))
    func itDoesWhatEveryIndexMustDo(seed: UInt64) throws {
        let path = NSTemporaryDirectory() + "ferry-index-\(UUID().uuidString).sqlite"
        defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
        let index = SQLFrameIndex(try Database(path: path, schema: .frameIndex))
        #expect(try checkFrameIndex(index, seed: seed) == [])
    }
}
