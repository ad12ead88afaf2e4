/// Makes the checksum of an object from those of its parts, one part after the other.
package struct PartChecksums: Sendable {
    package let algorithm: ChecksumAlgorithm
    package let type: ChecksumType
    private var partCount = 0
    /// The checksum of the parts' checksums.
    private var composite: Checksum
    private var whole: UInt64 = 0

    /// Nil where S3 has no such checksum, see ``ChecksumType/isAllowed(for:)``.
    package init?(_ algorithm: ChecksumAlgorithm, type: ChecksumType) {
        guard type.isAllowed(for: algorithm) else { return nil }
        self.algorithm = algorithm
        self.type = type
        composite = Checksum(algorithm)
    }

    /// - Parameters:
    ///   - part: the checksum of the bytes of the next part, by the same algorithm.
    ///   - length: of the part, in bytes.
    /// - Returns: false, and nothing changed, when the value is of another algorithm or itself composite.
    package mutating func append(_ part: ChecksumValue, length: UInt64) -> Bool {
        guard part.algorithm == algorithm, part.partCount == nil else { return false }
        partCount += 1
        if type == .composite {
            composite.update(part.bytes)
        } else if let check = algorithm.cyclicCheck {
            whole = check.combine(whole, part.cyclicValue, length: length)
        }
        return true
    }

    /// The value over all parts so far. Of no parts, the checksum of no bytes.
    package func finish() -> ChecksumValue {
        switch type {
        case .composite: ChecksumValue(unchecked: algorithm, bytes: composite.finish().bytes, partCount: partCount)
        case .fullObject: ChecksumValue(algorithm, cyclic: whole)
        }
    }
}
