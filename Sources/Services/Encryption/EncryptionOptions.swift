/// How a server deals with encryption.
package struct EncryptionOptions: Sendable {
    /// Whether the bytes of encrypted snapshots are sealed. Until they are, whatever would make an encrypted snapshot is refused: it would
    /// be stored in the open.
    package static let isSealed = true

    package var isSealed: Bool
    /// EC2's way: a copy whose key cannot be used is taken on and fails later. Ferry's is to refuse it.
    package var checksKeysLate: Bool

    package init(isSealed: Bool = Self.isSealed, checksKeysLate: Bool = false) {
        self.isSealed = isSealed
        self.checksKeysLate = checksKeysLate
    }
}
