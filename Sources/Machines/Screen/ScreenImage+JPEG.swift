import Glibc

/// Baseline JPEG (ITU-T T.81), the form in which EC2 gives screens: text stays readable, and nobody needs a library for it.
extension ScreenImage {
    package var jpeg: [UInt8] {
        var file = JPEGFile(width: width, height: height)
        let planes = components()
        let (columns, rows) = ((width + 7) / 8, (height + 7) / 8)
        var last = [0, 0, 0]
        for row in 0..<rows {
            for column in 0..<columns {
                for component in 0..<3 {
                    let block = JPEGTables.coefficients(of: block(planes[component], column, row))
                    file.write(block, after: &last[component])
                }
            }
        }
        return file.finished()
    }

    /// Brightness and two colour differences, around zero.
    private func components() -> [[Float]] {
        var planes = [[Float]](repeating: [Float](repeating: 0, count: width * height), count: 3)
        for point in 0..<(width * height) {
            let (red, green, blue) = (Float(points[3 * point]), Float(points[3 * point + 1]), Float(points[3 * point + 2]))
            planes[0][point] = 0.299 * red + 0.587 * green + 0.114 * blue - 128
            planes[1][point] = -0.168_736 * red - 0.331_264 * green + 0.5 * blue
            planes[2][point] = 0.5 * red - 0.418_688 * green - 0.081_312 * blue
        }
        return planes
    }

    /// Eight by eight points; what stands beyond an edge is as the edge.
    private func block(_ plane: [Float], _ column: Int, _ row: Int) -> [Float] {
        var block = [Float](repeating: 0, count: 64)
        for y in 0..<8 {
            let line = min(height - 1, row * 8 + y) * width
            for x in 0..<8 { block[y * 8 + x] = plane[line + min(width - 1, column * 8 + x)] }
        }
        return block
    }
}

/// The file as it is written: headers, and one scan of all blocks.
private struct JPEGFile {
    private var bytes: [UInt8] = [0xFF, 0xD8]
    private var bits: UInt32 = 0
    private var bitCount = 0

    init(width: Int, height: Int) {
        segment(0xE0, Array("JFIF".utf8) + [0, 1, 1, 0, 0, 1, 0, 1, 0, 0])
        segment(0xDB, [0] + JPEGTables.zigzag.map { UInt8(JPEGTables.steps[$0]) })
        let size = [height >> 8, height & 255, width >> 8, width & 255].map { UInt8($0) }
        segment(0xC0, [8] + size + [3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0])
        segment(0xC4, [0x00] + JPEGTables.firstCounts + JPEGTables.firstValues)
        segment(0xC4, [0x10] + JPEGTables.restCounts + JPEGTables.restValues)
        segment(0xDA, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0])
    }

    private mutating func segment(_ marker: UInt8, _ content: [UInt8]) {
        let length = content.count + 2
        bytes += [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + content
    }

    /// - Parameter last: the first coefficient of the component's block before, from which this one's is told.
    mutating func write(_ block: [Int], after last: inout Int) {
        let difference = block[0] - last
        last = block[0]
        put(JPEGTables.first[Self.size(of: difference)])
        putValue(difference)
        var zeros = 0
        for place in JPEGTables.zigzag.dropFirst() {
            let value = block[place]
            guard value != 0 else {
                zeros += 1
                continue
            }
            while zeros > 15 {
                put(JPEGTables.rest[0xF0])
                zeros -= 16
            }
            put(JPEGTables.rest[zeros << 4 | Self.size(of: value)])
            putValue(value)
            zeros = 0
        }
        if zeros > 0 { put(JPEGTables.rest[0]) }
    }

    mutating func finished() -> [UInt8] {
        if bitCount > 0 { put((code: 0x7F, length: 7)) }
        return bytes + [0xFF, 0xD9]
    }

    /// How many bits a value takes.
    private static func size(of value: Int) -> Int { value == 0 ? 0 : Int.bitWidth - abs(value).leadingZeroBitCount }

    /// A negative one as one less than itself, in so many bits.
    private mutating func putValue(_ value: Int) {
        let size = Self.size(of: value)
        guard size > 0 else { return }
        put((code: UInt32((value < 0 ? value - 1 : value) & ((1 << size) - 1)), length: size))
    }

    private mutating func put(_ code: JPEGTables.Code) {
        bits = bits << UInt32(code.length) | code.code
        bitCount += code.length
        while bitCount >= 8 {
            bitCount -= 8
            let byte = UInt8(truncatingIfNeeded: bits >> UInt32(bitCount))
            bytes.append(byte)
            // A byte that could be taken for a marker is followed by a zero.
            if byte == 0xFF { bytes.append(0) }
        }
    }
}

/// The tables of T.81's annex K for brightness, which serve colours as well.
private enum JPEGTables {
    typealias Code = (code: UInt32, length: Int)

    static let zigzag = [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ]

    /// How coarse each coefficient is kept: half of what the annex gives.
    static let steps = [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100,
        103, 99,
    ].map { ($0 + 1) / 2 }

    static let firstCounts: [UInt8] = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    static let firstValues = [UInt8](0...11)
    static let restCounts: [UInt8] = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125]
    static let restValues: [UInt8] = {
        let usual: [UInt8] = [
            0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71, 0x14, 0x32, 0x81,
            0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1, 0x15, 0x52, 0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72, 0x82,
        ]
        let all = (0...15).flatMap { zeros in (1...10).map { UInt8(zeros << 4 | $0) } }
        // The rare ones follow in order.
        return usual + all.filter { !usual.contains($0) }
    }()

    static let first = codes(firstCounts, firstValues)
    static let rest = codes(restCounts, restValues)

    /// Annex C: the codes of a length count up, and go on twice as high in the next length.
    private static func codes(_ counts: [UInt8], _ values: [UInt8]) -> [Code] {
        var codes = [Code](repeating: (0, 0), count: 256)
        var (code, place) = (UInt32(0), 0)
        for (index, count) in counts.enumerated() {
            for _ in 0..<count {
                codes[Int(values[place])] = (code, index + 1)
                code += 1
                place += 1
            }
            code <<= 1
        }
        return codes
    }

    private static let cosines: [Float] = (0..<64).map { index in
        let (frequency, point) = (index / 8, index % 8)
        let scale: Float = frequency == 0 ? 1 / (8 as Float).squareRoot() : 0.5
        return scale * cosf((2 * Float(point) + 1) * Float(frequency) * .pi / 16)
    }

    /// The cosine transform of a block, along rows and then columns, in steps.
    static func coefficients(of block: [Float]) -> [Int] {
        var half = [Float](repeating: 0, count: 64)
        for row in 0..<8 {
            for frequency in 0..<8 {
                var sum: Float = 0
                for point in 0..<8 { sum += block[row * 8 + point] * cosines[frequency * 8 + point] }
                half[row * 8 + frequency] = sum
            }
        }
        var result = [Int](repeating: 0, count: 64)
        for column in 0..<8 {
            for frequency in 0..<8 {
                var sum: Float = 0
                for point in 0..<8 { sum += half[point * 8 + column] * cosines[frequency * 8 + point] }
                let place = frequency * 8 + column
                result[place] = Int((sum / Float(steps[place])).rounded())
            }
        }
        return result
    }
}
