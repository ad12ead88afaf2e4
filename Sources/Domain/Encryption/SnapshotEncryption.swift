/// How a snapshot's bytes are sealed; a snapshot without one is stored in the open.
package struct SnapshotEncryption: Hashable, Sendable, Codable {
    package let domain: DomainID
    /// The ARN of the KMS key, as EC2 shows it.
    package let keyARN: String

    package init(domain: DomainID, keyARN: String) {
        self.domain = domain
        self.keyARN = keyARN
    }
}
