/// A reflected cyclic redundancy check of up to 64 bits whose register begins with ones and is inverted at the end.
///
/// One form for CRC-32, CRC-32C and CRC-64/NVME: the register of a shorter check stands in the low bits of a word. The catalogue
/// of parametrised CRC algorithms (reveng) has the polynomials and check values.
struct CyclicCheck: Sendable {
    /// In bits.
    let width: Int
    /// Reflected, without its highest term.
    private let polynomial: UInt64
    /// 16 tables of 256: entry `byte` of table `n` is what the byte becomes with `n` zero bytes behind it.
    private let tables: [UInt64]
    /// x to the power of 8 · 2^n: what moves a register over 2^n zero bytes.
    private let shifts: [UInt64]

    static let crc32 = CyclicCheck(width: 32, polynomial: 0xEDB8_8320)
    static let crc32c = CyclicCheck(width: 32, polynomial: 0x82F6_3B78)
    static let crc64NVME = CyclicCheck(width: 64, polynomial: 0x9A6C_9329_AC4B_C9B5)

    private static let stride = 16

    private init(width: Int, polynomial: UInt64) {
        var tables = (0..<256).map { byte in
            (0..<8).reduce(UInt64(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ polynomial : value >> 1 }
        }
        for index in 256..<256 * Self.stride {
            let shorter = tables[index - 256]
            tables.append(shorter >> 8 ^ tables[Int(shorter & 0xFF)])
        }
        var shifts = [UInt64(1) << (width - 9)]
        for _ in 1..<64 {
            let last = shifts[shifts.count - 1]
            shifts.append(Self.product(last, last, width: width, polynomial: polynomial))
        }
        self.width = width
        self.polynomial = polynomial
        self.tables = tables
        self.shifts = shifts
    }

    /// The register before the first byte, and what inverts it after the last.
    var ones: UInt64 { UInt64.max >> (64 - width) }

    /// The register after more bytes.
    func advance(_ register: UInt64, over bytes: RawSpan) -> UInt64 {
        // SAFETY: the loads are within 0 ..< count, the table indices below 16 · 256, and no pointer leaves the closures.
        tables.withUnsafeBufferPointer { tables in
            bytes.withUnsafeBytes { Self.advance(register, over: $0, tables: tables) }
        }
    }

    private static func advance(
        _ start: UInt64,
        over bytes: UnsafeRawBufferPointer,
        tables: UnsafeBufferPointer<UInt64>
    ) -> UInt64 {
        guard let base = bytes.baseAddress, let table = tables.baseAddress else { return start }
        var register = start
        var offset = 0
        let whole = bytes.count - bytes.count % stride
        while offset < whole {
            let low = register ^ UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            let high = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
            register = eight(low, table + 8 * 256) ^ eight(high, table)
            offset += stride
        }
        while offset < bytes.count {
            register = register >> 8 ^ table[Int(UInt8(truncatingIfNeeded: register) ^ bytes[offset])]
            offset += 1
        }
        return register
    }

    /// What eight bytes become: the first of them, in the lowest bits, has the most bytes behind it.
    @inline(__always)
    private static func eight(_ word: UInt64, _ table: UnsafePointer<UInt64>) -> UInt64 {
        let first = table[7 * 256 + Int(word & 0xFF)] ^ table[6 * 256 + Int(word >> 8 & 0xFF)]
        let second = table[5 * 256 + Int(word >> 16 & 0xFF)] ^ table[4 * 256 + Int(word >> 24 & 0xFF)]
        let third = table[3 * 256 + Int(word >> 32 & 0xFF)] ^ table[2 * 256 + Int(word >> 40 & 0xFF)]
        let fourth = table[256 + Int(word >> 48 & 0xFF)] ^ table[Int(word >> 56)]
        return first ^ second ^ (third ^ fourth)
    }

    /// The check of two texts in a row, from the check of each: as zlib's `crc32_combine`.
    ///
    /// - Parameter length: of the second, in bytes.
    func combine(_ first: UInt64, _ second: UInt64, length: UInt64) -> UInt64 {
        var moved = first
        for power in 0..<64 where length >> power & 1 == 1 {
            moved = Self.product(moved, shifts[power], width: width, polynomial: polynomial)
        }
        return moved ^ second
    }

    /// The product of two polynomials modulo the check's; the highest bit is the term of degree 0.
    private static func product(_ left: UInt64, _ right: UInt64, width: Int, polynomial: UInt64) -> UInt64 {
        var shifted = right
        var product: UInt64 = 0
        for bit in (0..<width).reversed() {
            if left >> bit & 1 == 1 { product ^= shifted }
            shifted = shifted & 1 == 1 ? shifted >> 1 ^ polynomial : shifted >> 1
        }
        return product
    }
}
