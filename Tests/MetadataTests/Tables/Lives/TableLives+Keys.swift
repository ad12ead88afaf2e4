import Domain
import Foundation
import Metadata

/// Keys, and what is encrypted under them.
extension TableLife {
    static let keys: [TableLife] = [rows, materials, aliases, grants, tags, domains, defaults, certificate, usage]

    private static let home: Region = known("us-east-1")
    private static let (key, other) = (made(), made())

    private static func made() -> KMSKey {
        KMSKey(
            account: .alice,
            region: home,
            description: "d",
            createdAt: date(),
            state: .enabled,
            deletionAt: nil,
            rotation: nil,
            policy: "{}"
        )
    }

    private static let disabled = changed(key) { ($0.state, $0.description) = (.disabled, "") }

    private static let rows = TableLife(
        "kms_keys",
        read: { try KeyTable($0, in: home).key(key.id) },
        [
            .then(key) { try KeyTable($0, in: home).insert(key) },
            .then(disabled) { try KeyTable($0, in: home).update(disabled) },
            .then(nil) { try KeyTable($0, in: home).delete(key.id) },
        ]
    )

    private static func material(_ sealed: [UInt8]) -> KeyMaterial {
        KeyMaterial(key: key.id, number: 1, id: "m", sealed: sealed, createdAt: date(), cause: .onDemand)
    }

    private static let materials = TableLife(
        "kms_materials",
        given: { try KeyTable($0, in: home).insert(key) },
        read: { try MaterialTable($0).material(1, of: key.id) },
        [
            .then(material([1])) { try MaterialTable($0).insert(material([1])) },
            .then(material([2])) { try MaterialTable($0).setSealed([2], of: material([1])) },
            .then(nil) { try KeyTable($0, in: home).delete(key.id) },
        ]
    )

    private static let alias = KeyAlias(name: known("alias/a"), account: .alice, target: key.id, createdAt: date(), updatedAt: date())
    private static let moved = changed(alias) { ($0.target, $0.updatedAt) = (other.id, date(milliseconds: 1_900_000_000_000)) }

    private static let aliases = TableLife(
        "kms_aliases",
        given: {
            try KeyTable($0, in: home).insert(key)
            try KeyTable($0, in: home).insert(other)
        },
        read: { try AliasTable($0).alias(alias.name, of: .alice) },
        [
            .then(alias) { try AliasTable($0).insert(alias) },
            .then(moved) { try AliasTable($0).update(moved) },
            .then(nil) { try AliasTable($0).delete(moved) },
        ]
    )

    private static func grant(_ ids: PrincipalIDs? = nil) -> KeyGrant {
        KeyGrant(
            id: "g",
            key: key.id,
            name: nil,
            grantee: "arn",
            retiringPrincipal: nil,
            issuer: .alice,
            operations: [.decrypt],
            constraint: nil,
            createdAt: date(),
            principalIDs: ids
        )
    }
    private static let bound = PrincipalIDs(["arn": "AIDA1"])

    private static let grants = TableLife(
        "kms_grants",
        given: { try KeyTable($0, in: home).insert(key) },
        read: { try GrantTable($0).grant("g") },
        [
            .then(grant()) { try GrantTable($0).insert(grant()) },
            .then(grant(bound)) { try GrantTable($0).set(bound, of: grant()) },
            .then(nil) { try GrantTable($0).delete("g") },
        ]
    )

    private static let tags = TableLife(
        "kms_tags",
        given: { try KeyTable($0, in: home).insert(key) },
        read: { try KeyTagTable($0).tags(of: key.id) },
        [
            .then([Tag(key: "a", value: "1")]) { try KeyTagTable($0).set([Tag(key: "a", value: "1")], on: key.id) },
            .then([Tag(key: "a", value: "2")]) { try KeyTagTable($0).set([Tag(key: "a", value: "2")], on: key.id) },
            .then([]) { try KeyTagTable($0).remove(key: "a", from: key.id) },
        ]
    )

    private static let domain = DomainTable.Row(id: .random(), account: .alice, key: .s3, wrapped: [1], createdAt: date())
    private static let rewrapped = DomainTable.Row(id: domain.id, account: .alice, key: .s3, wrapped: [2], createdAt: date())

    private static let domains = TableLife(
        "domains",
        read: { try DomainTable($0).domain(domain.id) },
        [
            .then(domain) { try DomainTable($0).insert(domain) },
            .then(rewrapped) { try DomainTable($0).setWrapped([2], of: domain.id) },
        ]
    )

    private static let on = EncryptionDefaults(isOn: true, keyARN: nil)
    private static let off = EncryptionDefaults(isOn: false, keyARN: "arn")

    private static let defaults = TableLife(
        "encryption_defaults",
        read: { try EncryptionDefaultsTable($0).defaults(of: .alice) },
        [
            .then(on) { try EncryptionDefaultsTable($0).set(on, of: .alice) },
            .then(off) { try EncryptionDefaultsTable($0).set(off, of: .alice) },
        ]
    )

    private static let certificate = TableLife(
        "region_certificate",
        read: { try CertificateTable($0).certificate().map { [$0.pem, "\($0.sealedKey)", "\($0.createdAt)"] } },
        [
            .then(["PEM", "[1]", "\(date())"]) {
                try CertificateTable($0).insert(CertificateTable.Row(pem: "PEM", sealedKey: [1], createdAt: date()))
            },
            .then(["PEM", "[2]", "\(date())"]) { try CertificateTable($0).setSealedKey([2]) },
            .then(nil) { try RecoveryTable($0).forgetVault() },
        ]
    )

    /// How many grants a key has, which goes with the key.
    private static let usage = TableLife(
        "quota_usage",
        given: { try KeyTable($0, in: home).insert(key) },
        read: { try QuotaUsageTable($0).count(.grant, of: key.id) },
        [
            .then(1) { try GrantTable($0).insert(grant()) },
            .then(0) { try GrantTable($0).delete("g") },
            .then(1) { try GrantTable($0).insert(grant()) },
            .then(0) {
                try GrantTable($0).delete("g")
                try KeyTable($0, in: home).delete(key.id)
            },
        ]
    )
}
