/// How a server deals with encryption.
package struct EncryptionOptions: Sendable {
    /// EC2's way: a copy whose key cannot be used is taken on and fails later. Ferry's is to refuse it.
    package var checksKeysLate: Bool

    package init(checksKeysLate: Bool = false) {
        self.checksKeysLate = checksKeysLate
    }
}
