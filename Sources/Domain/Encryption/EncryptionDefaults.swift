/// What an account has set for a Region: whether all that is new becomes encrypted, and under which key when none is named.
package struct EncryptionDefaults: Hashable, Sendable {
    package var isOn: Bool
    /// The ARN of a key of the customer's own; nil is `alias/aws/ebs`.
    package var keyARN: String?

    package init(isOn: Bool = false, keyARN: String? = nil) {
        self.isOn = isOn
        self.keyARN = keyARN
    }
}
