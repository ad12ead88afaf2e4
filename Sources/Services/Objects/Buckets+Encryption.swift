import Domain
import Foundation
import Metadata

extension Buckets {
    /// Sets what an object is put under that asks for nothing: the document of the client, and what it asks for.
    package func setEncryption(_ document: [UInt8]?, asking request: ObjectEncryptionRequest?, of name: String) async throws {
        let bucket = try await require(name)
        let encoded = try request.map { Array(try JSONEncoder().encode($0)) }
        try await call.store.database.write { transaction in
            let table = BucketTable(transaction)
            try table.set(.encryption, of: bucket.name, to: document)
            try table.set(.encryptionRequest, of: bucket.name, to: encoded)
        }
    }

    /// What the objects are put under that Ferry makes in a bucket: its default, or else what they would be without one.
    func encryption(in name: String, otherwise fallback: ObjectEncryptionRequest?) async throws -> ObjectEncryptionRequest? {
        guard let encoded = try await setting(.encryptionRequest, of: name) else { return fallback }
        return try JSONDecoder().decode(ObjectEncryptionRequest.self, from: Data(encoded))
    }
}

extension ObjectEncryption {
    /// How a copy in another Region is kept: what is under a key of S3's own under that of the other Region, what is under a KMS key under
    /// `alias/aws/s3`, since a key does not leave its Region.
    var elsewhere: ObjectEncryptionRequest { key == .s3 ? .s3 : .kms(nil) }
}
