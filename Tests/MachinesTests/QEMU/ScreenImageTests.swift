import Machines
import Testing

/// Screens as QEMU writes them, and as callers get them.
@Suite struct ScreenImageTests {
    private func ppm(_ head: String, _ points: [UInt8]) -> [UInt8] { Array(head.utf8) + points }

    @Test func whatQEMUWritesIsRead() throws {
        let points = (0..<12).map { UInt8($0 * 20) }
        let image = try #require(ScreenImage(ppm: ppm("P6\n2 2\n255\n", points)))
        #expect(image == ScreenImage(width: 2, height: 2, points: points))
    }

    @Test(arguments: [
        "", "P6", "P5\n2 2\n255\n", "P6\n2\n255\n", "P6\n0 2\n255\n", "P6\n-2 2\n255\n", "P6\n99999 1\n255\n", "P6\n2 2\n65535\n",
    ])
    func whatIsNoPictureIsNotRead(_ head: String) {
        #expect(ScreenImage(ppm: ppm(head, [UInt8](repeating: 1, count: 12))) == nil)
    }

    @Test func pointsThatAreMissingAreNotRead() {
        #expect(ScreenImage(ppm: ppm("P6\n2 2\n255\n", [UInt8](repeating: 1, count: 11))) == nil)
    }

    /// A grey block is nothing but zeros: two bits and four for each of its three components, filled up with ones.
    @Test func aGreyBlockIsThreeBytes() throws {
        let jpeg = try #require(ScreenImage(width: 8, height: 8, points: [UInt8](repeating: 128, count: 192))).jpeg
        #expect(jpeg.starts(with: [0xFF, 0xD8, 0xFF, 0xE0]))
        #expect(jpeg.suffix(5) == [0x28, 0xA2, 0xBF, 0xFF, 0xD9])
    }

    /// Whatever is on the screen, its points are not taken for markers; and its size is told.
    @Test func aPictureIsOneScan() throws {
        let (width, height) = (61, 37)
        let points = (0..<(width * height * 3)).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) }
        let jpeg = try #require(ScreenImage(width: width, height: height, points: points)).jpeg
        let (size, start): ([UInt8], [UInt8]) = ([0xFF, 0xC0, 0, 17, 8, 0, 37, 0, 61, 3], [0xFF, 0xDA])
        #expect(jpeg.indices.contains { jpeg[$0...].starts(with: size) })
        let scan = try #require(jpeg.indices.first { jpeg[$0...].starts(with: start) })
        let markers = (scan + 2..<jpeg.count - 2).filter { jpeg[$0] == 0xFF && jpeg[$0 + 1] != 0 }
        #expect(markers.isEmpty)
        #expect(jpeg.suffix(2) == [0xFF, 0xD9])
        #expect(jpeg.count > width * height / 8)
    }
}
