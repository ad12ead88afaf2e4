import Domain
import Metadata

/// Finds who an access key belongs to, and the secret to check a signature with.
package struct AccessKeys: Sendable {
    private let secrets: DirectorySecrets

    package init(_ secrets: DirectorySecrets) { self.secrets = secrets }

    package func find(_ id: String) async throws -> (principal: Principal, secret: String)? {
        guard let key = try await secrets.directory.read({ try DirectoryTable($0).accessKey(id) }) else { return nil }
        return (Principal(account: key.account, accessKeyID: id), try secrets.secret(key.sealed, of: id))
    }
}
