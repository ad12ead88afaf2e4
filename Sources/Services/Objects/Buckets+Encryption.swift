import Domain

extension Buckets {
    /// What the objects are put under that Ferry itself makes in a bucket.
    ///
    /// - Parameter wish: what they would be without a default of the bucket. It yields to a KMS key; S3's own key, which a bucket has without
    ///   anyone's doing, is only the least.
    func encryption(in name: String, otherwise wish: ObjectEncryptionRequest?) async throws -> ObjectEncryptionRequest? {
        let standard = try await settings(of: name).encryption?.request
        if case .kms = standard { return standard }
        return wish ?? standard
    }
}

extension ObjectEncryption {
    /// How a copy in another Region is kept: what is under a key of S3's own under that of the other Region, what is under a KMS key under
    /// `alias/aws/s3`, since a key does not leave its Region.
    var elsewhere: ObjectEncryptionRequest { key == .s3 ? .s3 : .kms(nil) }
}
