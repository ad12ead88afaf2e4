import CCrypto
import Crypto
import Files

/// Seals the sectors of one layer of an encrypted volume: AES-256-XTS, with the sector's number as its tweak.
///
/// A sector stays as long as it was, so it can be written over in its place. Only zeros that nobody wrote, as in a hole, are read as zeros.
package struct SectorSeal: Sendable {
    /// The key of the data, then that of the tweaks.
    private let key: SymmetricKey

    static let keyBytes = 64

    package init(key: SymmetricKey) {
        precondition(key.bitCount == Self.keyBytes * 8)
        self.key = key
    }

    /// Seals whole sectors, of which the first has the number `sector`.
    package func seal(_ plain: UnsafeRawBufferPointer, to sealed: UnsafeMutableRawBufferPointer, sector: UInt64) throws(VolumeError) {
        try crypt(plain, sealed, sector, encrypting: true)
    }

    /// Opens whole sectors in their place.
    package func open(_ bytes: UnsafeMutableRawBufferPointer, sector: UInt64) throws(VolumeError) {
        try crypt(UnsafeRawBufferPointer(bytes), bytes, sector, encrypting: false)
    }

    private func crypt(
        _ source: UnsafeRawBufferPointer,
        _ target: UnsafeMutableRawBufferPointer,
        _ first: UInt64,
        encrypting: Bool
    ) throws(VolumeError) {
        precondition(source.count == target.count && source.count % SectorBits.sectorBytes == 0)
        guard let start = target.baseAddress else { return }
        guard let context = EVP_CIPHER_CTX_new() else { throw Self.failure }
        defer { EVP_CIPHER_CTX_free(context) }
        let isReady = key.withUnsafeBytes { key in
            EVP_CipherInit_ex(context, EVP_aes_256_xts(), nil, key.baseAddress, nil, encrypting ? 1 : 0) == 1
        }
        guard isReady else { throw Self.failure }
        for number in 0..<source.count / SectorBits.sectorBytes {
            let range = number * SectorBits.sectorBytes..<(number + 1) * SectorBits.sectorBytes
            let sector = UnsafeRawBufferPointer(rebasing: source[range])
            if !encrypting, ByteScan.isZero(sector.bytes) { continue }
            let tweak = (first + UInt64(number)).littleEndian
            let isDone = withUnsafeBytes(of: (tweak, UInt64(0))) { tweak in
                var length: Int32 = 0
                // SAFETY: source and target are whole sectors, equally long, and XTS writes as many bytes as it reads; in place is allowed.
                return EVP_CipherInit_ex(context, nil, nil, nil, tweak.baseAddress, -1) == 1
                    && EVP_CipherUpdate(context, start + range.lowerBound, &length, sector.baseAddress, Int32(sector.count)) == 1
                    && Int(length) == sector.count
            }
            guard isDone else { throw Self.failure }
        }
    }

    private static var failure: VolumeError { VolumeError(.io, "OpenSSL cannot seal sectors with AES-256-XTS") }
}
