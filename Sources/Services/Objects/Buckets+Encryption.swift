import Domain
import Foundation
import Metadata

extension Buckets {
    /// Sets what an object is put under that asks for nothing: the document of the client, and what it asks for.
    package func setEncryption(_ document: [UInt8], asking request: ObjectEncryptionRequest, of name: String) async throws {
        try await set([.encryption: document, .encryptionRequest: Array(try JSONEncoder().encode(request))], of: name)
    }

    /// Takes back what was set: S3's own key is what is left.
    package func resetEncryption(of name: String) async throws { try await set(Self.encryptionDefault, of: name) }

    private func set(_ settings: [BucketSetting: [UInt8]], of name: String) async throws {
        let bucket = try await require(name)
        try await call.store.database.write { transaction in
            let table = BucketTable(transaction)
            for (setting, value) in settings { try table.set(setting, of: bucket.name, to: value) }
        }
    }

    /// What an object is put under that asks for nothing; nil in a bucket of an older Ferry, whose objects stand in the open.
    package func encryptionDefault(of name: String) async throws -> ObjectEncryptionRequest? {
        guard let encoded = try await setting(.encryptionRequest, of: name) else { return nil }
        return try JSONDecoder().decode(ObjectEncryptionRequest.self, from: Data(encoded))
    }

    /// What the objects are put under that Ferry itself makes in a bucket.
    ///
    /// - Parameter wish: what they would be without a default of the bucket. It yields to a KMS key; S3's own key, which a bucket has without
    ///   anyone's doing, is only the least.
    func encryption(in name: String, otherwise wish: ObjectEncryptionRequest?) async throws -> ObjectEncryptionRequest? {
        let standard = try await encryptionDefault(of: name)
        if case .kms = standard { return standard }
        return wish ?? standard
    }
}

extension ObjectEncryption {
    /// How a copy in another Region is kept: what is under a key of S3's own under that of the other Region, what is under a KMS key under
    /// `alias/aws/s3`, since a key does not leave its Region.
    var elsewhere: ObjectEncryptionRequest { key == .s3 ? .s3 : .kms(nil) }
}
