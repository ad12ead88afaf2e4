import Domain
import Foundation
import Metadata

/// A copy of a value in which something is otherwise.
func changed<Value>(_ value: Value, _ change: (inout Value) -> Void) -> Value {
    var value = value
    change(&value)
    return value
}

extension Transaction {
    /// An account, which most rows of the directory belong to.
    func insertAlice() throws { try DirectoryTable(self).insertAccount(.alice, at: date()) }
}

extension TableLife {
    static let directory: [TableLife] = [
        identity, accounts, accessKeys, clearAccessKeys, secrets, rootKey, vaultKeys, regions, bucketNames, signingCertificates, quotas,
        quotaRequests, consoleSessions,
    ]

    private static let identity = TableLife(
        "identity",
        of: .directory,
        read: { try IdentityTable($0).identity() },
        [
            .then(Identity(id: [1], place: "here", folder: [2])) {
                try IdentityTable($0).set(Identity(id: [1], place: "here", folder: [2]))
            },
            .then(Identity(id: [1], place: "here", folder: [2], collections: 7)) { try IdentityTable($0).setCollections(7) },
            .then(Identity(id: [3], place: "there", isWithoutPacks: true)) {
                try IdentityTable($0).set(Identity(id: [3], place: "there", isWithoutPacks: true))
            },
            // Only ever to be replaced.
            .then(nil) { try $0.execute("DELETE FROM identity") },
        ]
    )

    private static let alice = MemberAccount(id: .alice, name: "Alice", email: "alice@example.com", joinedAt: date(), parent: "r-1")
    private static let closed = changed(alice) { ($0.status, $0.name) = (.suspended, "Bob") }

    private static let accounts = TableLife(
        "accounts",
        of: .directory,
        read: { try MemberAccountTable($0).accounts(after: nil, limit: 9) },
        [
            .then([alice]) { try MemberAccountTable($0).set(alice) },
            .then([closed]) { try MemberAccountTable($0).set(closed) },
        ]
    )

    private static func key(_ status: AccessKey.Status = .active, _ use: AccessKey.Use? = nil) -> AccessKey {
        AccessKey(id: "AKIA1", account: .alice, userID: "AIDA1", status: status, lastUse: use, createdAt: date())
    }
    private static let use = AccessKey.Use(date: date(), region: "us-east-1", service: "ec2")

    private static func session(_ change: (inout ConsoleSession) -> Void = { _ in }) -> ConsoleSession {
        changed(
            ConsoleSession(
                id: "1",
                person: person,
                basis: .accessKey("AKIA1"),
                keys: ConsoleSession.Keys(accessKeyID: "ASIA1", token: "token"),
                address: "192.0.2.7",
                userAgent: "a browser",
                createdAt: date(),
                seenAt: date(),
                expiresAt: date(milliseconds: 9)
            ),
            change
        )
    }
    private static let person = ConsoleSession.Person(account: .alice, name: "user/AIDA1")
    private static let role = ConsoleSession.Keys(accessKeyID: "ASIA2", token: "role")

    private static let consoleSessions = TableLife(
        "console_sessions",
        of: .directory,
        read: { try ConsoleSessionTable($0).sessions(of: person) },
        [
            .then([session()]) { try ConsoleSessionTable($0).insert(session(), max: 9) },
            .then([session { $0.seenAt = date(milliseconds: 1) }]) { try ConsoleSessionTable($0).note("1", seenAt: date(milliseconds: 1)) },
            .then([session { ($0.seenAt, $0.role) = (date(milliseconds: 1), role) }]) {
                try ConsoleSessionTable($0).set(role: role, of: "1")
            },
            .then([]) { try ConsoleSessionTable($0).deleteExpired(at: date(milliseconds: 9)) },
            .then([session()]) { try ConsoleSessionTable($0).insert(session(), max: 9) },
            .then([]) { try ConsoleSessionTable($0).delete("1") },
            .then([session()]) { try ConsoleSessionTable($0).insert(session(), max: 9) },
            .then([]) { _ = try ConsoleSessionTable($0).deleteAll(of: person) },
        ]
    )

    private static let accessKeys = TableLife(
        "access_keys",
        of: .directory,
        given: { try $0.insertAlice() },
        read: { try AccessKeyTable($0).keys(of: "AIDA1", in: .alice) },
        [
            .then([key()]) { try AccessKeyTable($0).insert(key(), sealed: [1]) },
            .then([key(.active, use)]) { try AccessKeyTable($0).note(use, of: "AKIA1") },
            .then([key(.inactive, use)]) { try AccessKeyTable($0).set(.inactive, of: "AKIA1") },
            .then([]) { try AccessKeyTable($0).delete("AKIA1") },
        ]
    )

    /// Nothing writes it any more.
    private static let clearAccessKeys = TableLife(
        "clear_access_keys",
        of: .directory,
        given: { try $0.insertAlice() },
        read: { try DirectoryTable($0).clearAccessKeys()?.map(\.secret) },
        [
            .then(["clear"]) {
                let sql = "INSERT INTO clear_access_keys (id, account, secret, created_at) VALUES ('AKIA1', ?, 'clear', 1)"
                try $0.execute(sql, [.text(AccountID.alice)])
            },
            .then([]) { try DirectoryTable($0).deleteClearAccessKeys() },
        ]
    )

    private static let secrets = TableLife(
        "secrets",
        of: .directory,
        read: { try DirectoryTable($0).secret("tokens") },
        [
            .then([1]) { try DirectoryTable($0).setSecret("tokens", [1]) },
            .then([2]) { try DirectoryTable($0).changeSecret("tokens", to: [2]) },
            .then(nil) { try DirectoryTable($0).deleteSecret("tokens") },
        ]
    )

    private static let inFile = RootKeyRow(kind: .file, salt: nil, rounds: nil, checkValue: [1])
    private static let ofPassphrase = RootKeyRow(kind: .passphrase, salt: [2], rounds: 3, checkValue: [4])

    private static let rootKey = TableLife(
        "root_key",
        of: .directory,
        read: { try VaultTable($0).rootKey() },
        [
            .then(inFile) { try VaultTable($0).setRootKey(inFile) },
            .then(ofPassphrase) { try VaultTable($0).setRootKey(ofPassphrase) },
            // Only ever to be replaced.
            .then(nil) { try $0.execute("DELETE FROM root_key") },
        ]
    )

    private static let vaultKeys = TableLife(
        "vault_keys",
        of: .directory,
        read: { try VaultTable($0).vaultKeys().map { [$0.id, $0.sealed] } },
        [
            .then([[[1], [2]]]) { try VaultTable($0).insertVaultKey(id: [1], sealed: [2], at: date()) },
            .then([[[1], [2]], [[3], [4]]]) { try VaultTable($0).insertVaultKey(id: [3], sealed: [4], at: date()) },
            .then([[[1], [9]], [[3], [4]]]) { try VaultTable($0).setSealed([9], of: [1]) },
            .then([[[3], [4]]]) { try VaultTable($0).deleteVaultKey([1]) },
        ]
    )

    private static let regions = TableLife(
        "regions",
        of: .directory,
        read: { try RegionTable($0).id(of: known("us-east-1")) },
        [
            .then([1, 2]) { try RegionTable($0).insert(known("us-east-1"), id: [1, 2]) },
            .then(nil) { try RegionTable($0).delete(known("us-east-1")) },
        ]
    )

    private static let bucketNames = TableLife(
        "bucket_names",
        of: .directory,
        read: { try BucketNameTable($0).row(known("depot")).map { [$0.owner.rawValue, $0.region.rawValue, "\($0.createdAt)"] } },
        [
            .then([AccountID.alice.rawValue, "us-east-1", "\(date())"]) {
                try BucketNameTable($0).insert(
                    BucketNameTable.Row(name: known("depot"), owner: .alice, region: known("us-east-1"), createdAt: date())
                )
            },
            .then(nil) { try BucketNameTable($0).delete(known("depot")) },
        ]
    )

    private static func certificate(_ status: SigningCertificate.Status) -> SigningCertificate {
        SigningCertificate(id: "C1", account: .alice, userID: "AIDA1", body: "PEM", status: status, uploadedAt: date())
    }

    private static let signingCertificates = TableLife(
        "signing_certificates",
        of: .directory,
        given: { try $0.insertAlice() },
        read: { try SigningCertificateTable($0).certificates(of: .alice) },
        [
            .then([certificate(.active)]) { try SigningCertificateTable($0).insert(certificate(.active)) },
            .then([certificate(.inactive)]) { try SigningCertificateTable($0).set(.inactive, of: "C1") },
            .then([]) { try SigningCertificateTable($0).delete("C1") },
        ]
    )

    private static let quotas = TableLife(
        "quotas",
        of: .directory,
        read: { try QuotaTable($0).value(of: .images, for: .alice, in: known("us-east-1")) },
        [
            .then(7) { try QuotaTable($0).set(7, of: .images, for: .alice, in: known("us-east-1")) },
            .then(9) { try QuotaTable($0).set(9, of: .images, for: .alice, in: known("us-east-1")) },
        ]
    )

    private static let asked = QuotaRequest(
        id: "r1",
        account: .alice,
        region: known("us-east-1"),
        quota: .images,
        desired: 7,
        requester: "arn:aws:iam::123456789012:root",
        createdAt: date(),
        updatedAt: date()
    )
    private static let approved = changed(asked) { $0.status = .approved }

    private static let quotaRequests = TableLife(
        "quota_requests",
        of: .directory,
        read: { try QuotaRequestTable($0).request("r1") },
        [
            .then(asked) { try QuotaRequestTable($0).insert(asked) },
            .then(approved) { try QuotaRequestTable($0).update(approved) },
        ]
    )
}
