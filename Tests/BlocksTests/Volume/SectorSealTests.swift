import Blocks
import Crypto
import Foundation
import TestSupport
import Testing

/// The cipher of encrypted volumes, against the vectors 10 to 14 of IEEE Std 1619-2007, annex B: XTS-AES-256, whose data units have 512 bytes.
/// Those of a sector are longer, and begin with the same bytes.
struct SectorSealTests {
    private static let key = SymmetricKey(
        data: Data(hex("2718281828459045235360287471352662497757247093699959574966967627"))
            + Data(hex("3141592653589793238462643383279502884197169399375105820974944592"))
    )

    /// The number of the data unit, the first 32 bytes and the last 16.
    private static let vectors: [(sector: UInt64, start: String, end: String)] = [
        (0xff, "1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b", "c4f36ffda9fcea70b9c6e693e148c151"),
        (0xffff, "77a31251618a15e6b92d1d66dffe7b50b50bad552305ba0217a610688eff7e11", "a4f9e27b42af8100cb9d59cef9645803"),
        (0xff_ffff, "e387aaa58ba483afa7e8eb469778317ecf4cf573aa9d4eac23f2cdf914e4e200", "2263a1eef52dd6888c309f5a7d712826"),
        (0xffff_ffff, "bf53d2dade78e822a4d949a9bc6766b01b06a8ef70d26748c6a7fc36d80ae4c5", "4c82f335abb152c4a93411373aaa8220"),
        (0xff_ffff_ffff, "64497e5a831e4a932c09be3e5393376daa599548b816031d224bbf50a818ed23", "d609d273ad5b0d59631c531f6a0a57b9"),
    ]

    private func seal(_ plain: [UInt8], sector: UInt64) throws -> [UInt8] {
        var sealed = [UInt8](repeating: 0, count: plain.count)
        try plain.withUnsafeBytes { plain in
            try sealed.withUnsafeMutableBytes { try SectorSeal(key: Self.key).seal(plain, to: $0, sector: sector) }
        }
        return sealed
    }

    private func open(_ sealed: [UInt8], sector: UInt64) throws -> [UInt8] {
        var bytes = sealed
        try bytes.withUnsafeMutableBytes { try SectorSeal(key: Self.key).open($0, sector: sector) }
        return bytes
    }

    @Test func theVectorsOfTheStandard() throws {
        let plain = (0..<4096).map { UInt8($0 % 256) }
        for (sector, start, end) in Self.vectors {
            let sealed = try seal(plain, sector: sector)
            #expect(Array(sealed[..<32]) == Self.hex(start), "\(sector)")
            #expect(Array(sealed[496..<512]) == Self.hex(end), "\(sector)")
            #expect(try open(sealed, sector: sector) == plain)
        }
    }

    @Test func eachSectorHasItsOwnNumber() throws {
        var generator = SeededGenerator(seed: 1)
        let plain = generator.bytes(3 * 4096)
        let together = try seal(plain, sector: (1 << 40) - 1)
        for place in 0..<3 {
            let range = place * 4096..<(place + 1) * 4096
            #expect(Array(together[range]) == (try seal(Array(plain[range]), sector: (1 << 40) - 1 + UInt64(place))))
        }
        #expect(try open(together, sector: (1 << 40) - 1) == plain)
        // Holes are zeros, and zeros that were written are not.
        #expect(try open([UInt8](repeating: 0, count: 4096), sector: 5) == [UInt8](repeating: 0, count: 4096))
        #expect(try seal([UInt8](repeating: 0, count: 4096), sector: 5) != [UInt8](repeating: 0, count: 4096))
    }

    private static func hex(_ text: String) -> [UInt8] {
        stride(from: 0, to: text.count, by: 2).compactMap { UInt8(text.dropFirst($0).prefix(2), radix: 16) }
    }
}
