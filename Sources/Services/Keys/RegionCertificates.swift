import Bundles
import Domain
import Metadata
import Sealing

/// The certificate that bundles for a Region are made with, as EC2 has one in each Region, and its private key, which opens them.
///
/// The key is sealed in the Region's database and opened for each use.
package struct RegionCertificates: Sendable {
    /// A key of RSA keeps a processor busy for a moment, and strangers may ask for a certificate: one at a time is made.
    private static let making = AsyncSemaphore<Region>(places: 1)

    let region: Region
    let database: Database
    let vault: Vault
    let clock: WallClock

    /// The certificate in PEM, made when there is none. Two at once make one.
    @discardableResult
    package func require() async throws -> String {
        if let known = try await known() { return known }
        return try await Self.making.pass(for: region) {
            if let known = try await known() { return known }
            return try await make()
        }
    }

    private func known() async throws -> String? { try await database.read { try CertificateTable($0).certificate()?.pem } }

    private func make() async throws -> String {
        let now = clock.now
        let made = try RegionCertificate.make(region: region.rawValue, now: now)
        var pem = Array(made.privateKeyPEM.utf8)
        let sealed = try vault.seal(SecretBytes(wiping: &pem), of: MaterialPlace(certificateKeyOf: region))
        let row = CertificateTable.Row(pem: made.certificatePEM, sealedKey: sealed, createdAt: now)
        return try await database.write { transaction in
            let table = CertificateTable(transaction)
            if let known = try table.certificate() { return known.pem }
            try table.insert(row)
            return row.pem
        }
    }

    /// - Throws: `CertificateKeyDamaged` when its row does not open.
    package func privateKey() async throws -> RSAPrivateKey {
        try await require()
        guard let row = try await database.read({ try CertificateTable($0).certificate() }) else {
            preconditionFailure("a certificate that was made stays")
        }
        do {
            let pem = try vault.open(row.sealedKey, of: MaterialPlace(certificateKeyOf: region))
            return try RSAPrivateKey(pem: pem.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
        } catch {
            throw CertificateKeyDamaged(region: region, cause: error)
        }
    }
}

/// The private key of a Region's certificate cannot be opened: a fault of the data folder and not of a bundle.
package struct CertificateKeyDamaged: Error, CustomStringConvertible {
    package let region: Region
    package let cause: any Error

    package var description: String { "opening the private key of the certificate of \(region) failed: \(cause)" }
}
