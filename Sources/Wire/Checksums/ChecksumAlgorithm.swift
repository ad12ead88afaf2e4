/// The checksums that S3 knows, by the names of `x-amz-sdk-checksum-algorithm` and `x-amz-checksum-algorithm`.
package enum ChecksumAlgorithm: String, Sendable, Hashable, CaseIterable {
    case crc32 = "CRC32"
    case crc32c = "CRC32C"
    case crc64NVME = "CRC64NVME"
    case sha1 = "SHA1"
    case sha256 = "SHA256"

    /// `x-amz-checksum-crc32`: the name of the header or trailer that carries a value.
    package var headerName: String { Self.headerPrefix + rawValue.lowercased() }

    /// `ChecksumCRC32`: the name of the XML element that carries a value.
    package var elementName: String { "Checksum\(rawValue)" }

    /// How long a value is.
    package var byteCount: Int {
        switch self {
        case .crc32, .crc32c: 4
        case .crc64NVME: 8
        case .sha1: 20
        case .sha256: 32
        }
    }

    /// The algorithm of a name as clients write it: the case does not count.
    package init?(name: String) {
        self.init(rawValue: name.uppercased())
    }

    /// The algorithm whose value stands in a header; nil for other headers, `x-amz-checksum-type` and its like among them.
    package init?(headerName: String) {
        let name = headerName.lowercased()
        guard name.hasPrefix(Self.headerPrefix) else { return nil }
        self.init(name: String(name.dropFirst(Self.headerPrefix.count)))
    }

    package init?(elementName: String) {
        guard let algorithm = Self.allCases.first(where: { $0.elementName == elementName }) else { return nil }
        self = algorithm
    }

    private static let headerPrefix = "x-amz-checksum-"

    /// The check behind it; nil for a hash.
    var cyclicCheck: CyclicCheck? {
        switch self {
        case .crc32: .crc32
        case .crc32c: .crc32c
        case .crc64NVME: .crc64NVME
        case .sha1, .sha256: nil
        }
    }
}

extension ChecksumAlgorithm: XMLScalar {}

/// What the checksum of an object in parts covers.
package enum ChecksumType: String, Sendable, Hashable, XMLScalar {
    /// The checksums of the parts.
    case composite = "COMPOSITE"
    /// All bytes.
    case fullObject = "FULL_OBJECT"

    /// The type of an upload in parts that names none: as S3 chooses it.
    package static func standard(for algorithm: ChecksumAlgorithm) -> ChecksumType {
        algorithm == .crc64NVME ? .fullObject : .composite
    }

    /// Hashes of parts cannot be joined to one of the whole, and S3 has no composite CRC-64.
    package func isAllowed(for algorithm: ChecksumAlgorithm) -> Bool {
        switch algorithm {
        case .crc32, .crc32c: true
        case .crc64NVME: self == .fullObject
        case .sha1, .sha256: self == .composite
        }
    }
}
