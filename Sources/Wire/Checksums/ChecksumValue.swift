import Foundation

/// A checksum as S3 writes it: base64 of the bytes, most significant first; `base64-N` when it is made of N checksums of parts.
package struct ChecksumValue: Sendable, Hashable {
    package let algorithm: ChecksumAlgorithm
    package let bytes: [UInt8]
    /// How many parts a composite checksum was made of; nil for a checksum of bytes.
    package let partCount: Int?

    package var type: ChecksumType { partCount == nil ? .fullObject : .composite }

    package var text: String {
        let value = Data(bytes).base64EncodedString()
        return partCount.map { "\(value)-\($0)" } ?? value
    }

    /// Reads what a header, trailer or XML element says; nil when it is not a value of the algorithm.
    ///
    /// Only the one spelling that ``text`` gives back: two texts are the same value only if they are equal.
    package init?(_ algorithm: ChecksumAlgorithm, text: String) {
        let pieces = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        var partCount: Int?
        if pieces.count == 2 {
            guard let count = Int(pieces[1]), (1...S3Limits.partsMax).contains(count) else { return nil }
            partCount = count
        }
        guard text.utf8.count <= 64, let data = Data(base64Encoded: String(pieces[0])), data.count == algorithm.byteCount else {
            return nil
        }
        self.algorithm = algorithm
        self.bytes = Array(data)
        self.partCount = partCount
        guard self.text == text else { return nil }
    }

    /// Nil when the number of bytes is not the algorithm's.
    package init?(_ algorithm: ChecksumAlgorithm, bytes: [UInt8], partCount: Int? = nil) {
        guard bytes.count == algorithm.byteCount else { return nil }
        self.init(unchecked: algorithm, bytes: bytes, partCount: partCount)
    }

    /// The caller knows that there are as many bytes as the algorithm has.
    init(unchecked algorithm: ChecksumAlgorithm, bytes: [UInt8], partCount: Int? = nil) {
        self.algorithm = algorithm
        self.bytes = bytes
        self.partCount = partCount
    }

    init(_ algorithm: ChecksumAlgorithm, cyclic value: UInt64) {
        let bytes = (0..<algorithm.byteCount).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        self.init(unchecked: algorithm, bytes: bytes)
    }

    var cyclicValue: UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
