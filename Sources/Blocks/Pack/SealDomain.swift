/// Whose key seals a frame.
///
/// There is one domain today, the open one, whose key the pack carries in clear: the seal is then a checksum and keeps no secret.
/// The domain of an encrypted snapshot will name its data key.
package struct SealDomain: Hashable, Sendable {
    /// 16 bytes; zeros are the open domain.
    package let bytes: [UInt8]

    package static let byteCount = 16
    package static let open = SealDomain(bytes: [UInt8](repeating: 0, count: byteCount))

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Nil for a domain that this version has no keys for.
    init?(known bytes: [UInt8]) {
        guard bytes == Self.open.bytes else { return nil }
        self = .open
    }
}
