import Bundles
import Foundation
import TestSupport
import Testing

@Suite struct SparseMapTests {
    @Test(arguments: seeds(20))
    func ordersCoverTheirExtentsInWholeBlocks(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let disk = TestDisk.random(&random)
        let order = try BundleOrder(name: "x", size: Int64(disk.bytes.count), extents: disk.extents, key: BundleBox.key, time: Date())
        var expected: Set<Int64> = []
        for extent in disk.extents { expected.formUnion(extent.lowerBound / 512...(extent.upperBound - 1) / 512) }
        var blocks: Set<Int64> = []
        for extent in order.extents { blocks.formUnion(extent.lowerBound / 512...(extent.upperBound - 1) / 512) }
        #expect(blocks == expected)
        for (left, right) in zip(order.extents, order.extents.dropFirst()) { #expect(left.upperBound < right.lowerBound) }
    }

    @Test func whatIsRefused() throws {
        var map = SparseMap(size: 10_000)
        try map.append(SparseMap.Extent(offset: 512, length: 1_024))
        for (offset, length) in [(1_024, 512), (2_048, 7_953), (2_048, 100), (2_000, 512), (10_240, 0), (2_048, -512), (2_048, .max)]
            as [(Int64, Int64)]
        {
            #expect(throws: BundleError.self) { try map.append(SparseMap.Extent(offset: offset, length: length)) }
        }
        try map.append(SparseMap.Extent(offset: 2_048, length: 7_952))
        #expect(map.dataBytes == 8_976)
    }
}
