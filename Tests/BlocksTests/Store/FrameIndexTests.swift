import TestSupport
import Testing

struct FrameIndexTests {
    @Test(arguments: seeds(3)) func theIndexInMemoryKeepsTheContract(seed: UInt64) throws {
        #expect(try checkFrameIndex(MemoryFrameIndex(), seed: seed) == [])
    }
}
