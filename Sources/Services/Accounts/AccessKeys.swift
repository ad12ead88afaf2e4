import Domain
import Metadata

/// Finds who an access key belongs to, and the secret to check a signature with.
package struct AccessKeys: Sendable {
    private let directory: Database

    package init(directory: Database) { self.directory = directory }

    package func find(_ id: String) async throws -> (principal: Principal, secret: String)? {
        try await directory.read { transaction in
            try DirectoryTable(transaction).accessKey(id).map { key in
                (Principal(account: key.account, accessKeyID: id), key.secret)
            }
        }
    }
}
