import Crypto

/// Computes one of the five checksums of S3 over bytes that come piece by piece.
package struct Checksum: Sendable {
    package let algorithm: ChecksumAlgorithm
    private var state: State

    private enum State: Sendable {
        case cyclic(CyclicCheck, register: UInt64)
        case sha1(Insecure.SHA1)
        case sha256(SHA256)
    }

    package init(_ algorithm: ChecksumAlgorithm) {
        self.algorithm = algorithm
        switch algorithm {
        case .crc32: state = .cyclic(.crc32, register: CyclicCheck.crc32.ones)
        case .crc32c: state = .cyclic(.crc32c, register: CyclicCheck.crc32c.ones)
        case .crc64NVME: state = .cyclic(.crc64NVME, register: CyclicCheck.crc64NVME.ones)
        case .sha1: state = .sha1(Insecure.SHA1())
        case .sha256: state = .sha256(SHA256())
        }
    }

    package mutating func update(_ bytes: RawSpan) {
        switch state {
        case .cyclic(let check, let register):
            state = .cyclic(check, register: check.advance(register, over: bytes))
        case .sha1(var hash):
            hash.update(bytes)
            state = .sha1(hash)
        case .sha256(var hash):
            hash.update(bytes)
            state = .sha256(hash)
        }
    }

    package mutating func update(_ bytes: [UInt8]) {
        update(bytes.span.bytes)
    }

    package mutating func update(_ bytes: ArraySlice<UInt8>) {
        update(bytes.span.bytes)
    }

    /// The value over all bytes so far; more may follow.
    package func finish() -> ChecksumValue {
        switch state {
        case .cyclic(let check, let register):
            ChecksumValue(algorithm, cyclic: register ^ check.ones)
        case .sha1(let hash):
            ChecksumValue(unchecked: algorithm, bytes: Array(hash.finalize()))
        case .sha256(let hash):
            ChecksumValue(unchecked: algorithm, bytes: Array(hash.finalize()))
        }
    }

    /// The value of bytes that are at hand.
    package static func of(_ bytes: [UInt8], _ algorithm: ChecksumAlgorithm) -> ChecksumValue {
        var checksum = Checksum(algorithm)
        checksum.update(bytes)
        return checksum.finish()
    }
}

extension HashFunction {
    mutating func update(_ bytes: RawSpan) {
        // SAFETY: the buffer is only read, and only within this closure.
        bytes.withUnsafeBytes { update(bufferPointer: $0) }
    }
}
