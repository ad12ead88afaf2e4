/// The Castagnoli checksum that guards the short headers of packs and whole records of archives; payloads in packs have a seal.
package enum CRC32C {
    /// Eight tables of 256: entry `byte` of table `n` is what the byte becomes with `n` zero bytes behind it.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = (0..<256).map { byte in
            (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
        }
        for index in 256..<8 * 256 {
            let shorter = tables[index - 256]
            tables.append(shorter >> 8 ^ tables[Int(shorter & 0xff)])
        }
        return tables
    }()

    package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var value = UInt32.max
        for byte in bytes { value = value >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: value) ^ byte)] }
        return ~value
    }

    /// Of two texts in a row.
    package static func checksum(_ first: RawSpan, _ second: RawSpan) -> UInt32 {
        ~advance(advance(.max, over: first), over: second)
    }

    /// The register after more bytes, eight of them at a time: three times as fast as one by one.
    private static func advance(_ register: UInt32, over bytes: RawSpan) -> UInt32 {
        // SAFETY: the loads are within 0 ..< count, the table indices below 8 · 256, and no pointer leaves the closures.
        tables.withUnsafeBufferPointer { tables in
            bytes.withUnsafeBytes { bytes in
                guard let table = tables.baseAddress else { return register }
                var value = register
                var offset = 0
                while offset + 8 <= bytes.count {
                    let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ UInt64(value)
                    let first = table[7 * 256 + Int(word & 0xff)] ^ table[6 * 256 + Int(word >> 8 & 0xff)]
                    let second = table[5 * 256 + Int(word >> 16 & 0xff)] ^ table[4 * 256 + Int(word >> 24 & 0xff)]
                    let third = table[3 * 256 + Int(word >> 32 & 0xff)] ^ table[2 * 256 + Int(word >> 40 & 0xff)]
                    let fourth = table[256 + Int(word >> 48 & 0xff)] ^ table[Int(word >> 56)]
                    value = first ^ second ^ (third ^ fourth)
                    offset &+= 8
                }
                while offset < bytes.count {
                    value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ bytes[offset])]
                    offset &+= 1
                }
                return value
            }
        }
    }
}
