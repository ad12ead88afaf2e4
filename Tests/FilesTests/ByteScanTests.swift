import Files
import Testing

@Suite struct ByteScanTests {
    /// Lengths around the steps of the loops.
    static let lengths = [0, 1, 7, 8, 9, 63, 64, 65, 130, 524_288]

    // Spans cannot pass through the macro, so it gets what was found.
    private func isZero(_ bytes: [UInt8]) -> Bool { ByteScan.isZero(bytes.span.bytes) }
    private func firstNonZero(_ bytes: [UInt8]) -> Int? { ByteScan.firstNonZero(in: bytes.span.bytes) }
    private func endOfData(_ bytes: [UInt8]) -> Int { ByteScan.endOfData(in: bytes.span.bytes) }
    private func firstDifference(_ left: [UInt8], _ right: [UInt8]) -> Int? {
        ByteScan.firstDifference(left.span.bytes, right.span.bytes)
    }

    @Test(arguments: lengths)
    func everySingleByteIsFound(length: Int) {
        var buffer = [UInt8](repeating: 0, count: length)
        #expect(isZero(buffer))
        #expect(firstNonZero(buffer) == nil)
        #expect(endOfData(buffer) == 0)
        let zeros = buffer
        for position in Set([0, length / 3, length / 2, length - 2, length - 1]) where (0..<length).contains(position) {
            buffer[position] = 0x80
            #expect(!isZero(buffer))
            #expect(firstNonZero(buffer) == position)
            #expect(endOfData(buffer) == position + 1)
            #expect(firstDifference(buffer, zeros) == position)
            buffer[position] = 0
        }
        #expect(firstDifference(buffer, zeros) == nil)
    }
}
