/// What `Encrypted` and `KmsKeyId` of a block device mean to RegisterImage and CreateImage (docs/behaviour/encryption.md, "Registered devices").
package enum VolumeEncryptionRules {
    /// Whether the volume that a device makes is encrypted: as its snapshot is, or, of an empty one, as the call says.
    package static func isEncrypted(_ request: EncryptionRequest, snapshot: Snapshot?) throws -> Bool {
        guard request.key == nil else {
            throw Fault(
                .invalidParameterCombination,
                "The parameter KmsKeyId cannot be used for the devices of an image: the key of a volume is chosen when it is made"
            )
        }
        guard let snapshot else { return request.isEncrypted ?? false }
        guard request.isEncrypted == nil else {
            throw Fault(
                .invalidParameterCombination,
                "The parameter Encrypted cannot be used with SnapshotId: whether a volume is encrypted follows its snapshot"
            )
        }
        return snapshot.encryption != nil
    }
}
