import Domain
import Testing

@Suite struct SnapshotTests {
    @Test func countsBlocksAndBytes() {
        let snapshot = Snapshot.sample()
        #expect(snapshot.volumeBytes == 8_589_934_592)
        #expect(snapshot.blockCount == 16_384)
        #expect(UInt64(snapshot.blockCount * Snapshot.blockBytes) == snapshot.volumeBytes)
    }
}
