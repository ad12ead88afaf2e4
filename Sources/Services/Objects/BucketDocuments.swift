import Domain
import Metadata

/// Settings of buckets as an older Ferry kept them, each the document that its client had sent: read once, at the start of a server, into values.
package struct BucketDocuments: Sendable {
    private let store: RegionStore
    /// Says whom the policies name.
    private let directory: Database

    package init(of store: RegionStore, in directory: Database) {
        self.store = store
        self.directory = directory
    }

    /// Reads all documents that there are. Where there are none, as at all starts but the first, nothing is written.
    ///
    /// - Parameter read: makes the settings of a bucket out of its documents, which are given by the names that they were kept under.
    package func adopt(_ read: @escaping @Sendable (BucketName, [String: [UInt8]]) throws -> BucketSettings) async throws {
        guard try await store.database.read({ try !BucketTable($0).documents().isEmpty }) else { return }
        try await store.database.write { transaction in
            let table = BucketTable(transaction)
            for (bucket, documents) in try table.documents() {
                try table.set(try read(bucket, documents), of: bucket)
                try table.deleteDocuments(of: bucket)
            }
        }
        try await PrincipalBinding(directory: directory).bindBuckets(in: store)
    }
}
