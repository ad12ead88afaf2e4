import Client
import NIOCore
import Testing

@Suite struct ByteScanTests {
    /// Lengths around the steps of the loops.
    static let lengths = [0, 1, 7, 8, 9, 63, 64, 65, 130, 524_288]

    // Spans cannot pass through the macro, so it gets what was found.
    private func isZero(_ bytes: ByteBuffer) -> Bool { ByteScan.isZero(bytes.readableBytesSpan) }
    private func firstNonZero(_ bytes: ByteBuffer) -> Int? { ByteScan.firstNonZero(in: bytes.readableBytesSpan) }
    private func endOfData(_ bytes: ByteBuffer) -> Int { ByteScan.endOfData(in: bytes.readableBytesSpan) }
    private func firstDifference(_ left: ByteBuffer, _ right: ByteBuffer) -> Int? {
        ByteScan.firstDifference(left.readableBytesSpan, right.readableBytesSpan)
    }

    @Test(arguments: lengths)
    func everySingleByteIsFound(length: Int) {
        var buffer = ByteBuffer(repeating: 0, count: length)
        #expect(isZero(buffer))
        #expect(firstNonZero(buffer) == nil)
        #expect(endOfData(buffer) == 0)
        let zeros = buffer
        for position in Set([0, length / 3, length / 2, length - 2, length - 1]) where (0..<length).contains(position) {
            buffer.setInteger(UInt8(0x80), at: position)
            #expect(!isZero(buffer))
            #expect(firstNonZero(buffer) == position)
            #expect(endOfData(buffer) == position + 1)
            #expect(firstDifference(buffer, zeros) == position)
            buffer.setInteger(UInt8(0), at: position)
        }
        #expect(firstDifference(buffer, zeros) == nil)
    }
}
