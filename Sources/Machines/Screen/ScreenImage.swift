/// A picture of a guest's screen: three bytes for each point, red, green and blue, row by row.
package struct ScreenImage: Hashable, Sendable {
    /// More than any screen that a guest can set up has.
    static let sideMax = 8_192

    package let width: Int
    package let height: Int
    package let points: [UInt8]

    /// Reads what QEMU writes: PPM, raw, with 255 for the brightest. Nil for anything else.
    package init?(ppm bytes: [UInt8]) {
        var fields: [Int] = []
        var place = 2
        guard bytes.starts(with: Array("P6".utf8)) else { return nil }
        while fields.count < 3 {
            while place < bytes.count, Self.isBlank(bytes[place]) { place += 1 }
            let digits = bytes[place...].prefix { !Self.isBlank($0) }.prefix(6)
            guard let field = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
            fields.append(field)
            place += digits.count
        }
        // One blank, and what follows are points.
        self.init(width: fields[0], height: fields[1], points: Array(bytes.dropFirst(place + 1)))
        guard fields[2] == 255 else { return nil }
    }

    package init?(width: Int, height: Int, points: [UInt8]) {
        guard (1...Self.sideMax).contains(width), (1...Self.sideMax).contains(height), points.count == width * height * 3 else {
            return nil
        }
        (self.width, self.height, self.points) = (width, height, points)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
