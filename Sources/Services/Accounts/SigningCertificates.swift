import Bundles
import Domain
import Foundation
import Metadata

/// The certificates that the caller's account signs bundles with, and what they say of a bundle.
///
/// An account that has an active one takes nothing else: its images can be made of what its own key signed, and of nothing that somebody
/// put into its bucket. Without one no signature can be checked, and none is (docs/formats/bundle.md, "What is checked").
package struct SigningCertificates: Sendable {
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// The oldest first.
    package func list() async throws -> [SigningCertificate] {
        try await call.deployment.directory.read { try SigningCertificateTable($0).certificates(of: call.account) }
    }

    /// Takes a certificate in, as active.
    ///
    /// - Parameter body: an X.509 certificate of an RSA key, in PEM.
    /// - Throws: `Fault` `MalformedCertificate`, also for one that has expired; `DuplicateCertificate`; `LimitExceeded`.
    package func upload(_ body: String) async throws -> SigningCertificate {
        guard !body.contains("PRIVATE KEY-----") else {
            throw Fault(.malformedCertificate, "The body holds a private key, which nobody else must have: upload the certificate alone.")
        }
        let certificate = try Self.certificate(body)
        let now = call.now
        guard certificate.expiresAt > now else { throw Fault(.malformedCertificate, "The certificate has expired.") }
        let row = SigningCertificate(
            id: SigningCertificate.randomID(),
            account: call.account,
            body: body,
            status: .active,
            uploadedAt: now
        )
        try await call.deployment.directory.write { transaction in
            let table = SigningCertificateTable(transaction)
            let known = try table.certificates(of: row.account)
            if let same = try known.first(where: { try Self.certificate($0.body) == certificate }) {
                throw Fault(.duplicateCertificate, "The certificate is the account's already, as \(same.id).")
            }
            guard known.count < SigningCertificate.perAccountMax else {
                throw Fault(
                    .limitExceeded,
                    "Cannot exceed quota for SigningCertificatesPerUser: \(SigningCertificate.perAccountMax). Delete one that is no longer used."
                )
            }
            try table.insert(row)
        }
        return row
    }

    package func set(_ status: SigningCertificate.Status, of id: String) async throws {
        try await change(id) { try $0.set(status, of: id) }
    }

    package func delete(_ id: String) async throws { try await change(id) { try $0.delete(id) } }

    /// Refuses a manifest that none of the account's active certificates vouches for.
    ///
    /// What the Region has signed for the account, in copying a bundle that had been verified, is as good.
    ///
    /// - Throws: `Fault` `InvalidManifest`.
    func check(_ manifest: SignedManifest) async throws {
        let active = try await list().filter { $0.status == .active }
        guard !active.isEmpty, try !active.contains(where: { manifest.isSigned(by: try Self.certificate($0.body)) }) else { return }
        let ofRegion = try RSACertificate(pem: try await call.store.keys.certificates.require())
        guard manifest.manifest.account != call.account.rawValue || !manifest.isSigned(by: ofRegion) else { return }
        throw Fault(
            .invalidManifest,
            "The signature of the manifest is of none of the \(active.count) active signing certificates of the account \(call.account),"
                + " or the manifest was changed since: sign it with the key of one, or upload the signer's certificate."
        )
    }

    private func change(_ id: String, _ body: @escaping @Sendable (SigningCertificateTable) throws -> Void) async throws {
        let account = call.account
        try await call.deployment.directory.write { transaction in
            let table = SigningCertificateTable(transaction)
            guard try table.certificates(of: account).contains(where: { $0.id == id }) else {
                throw Fault(.noSuchEntity, "The Certificate with id \(id) cannot be found.")
            }
            try body(table)
        }
    }

    private static func certificate(_ body: String) throws -> RSACertificate {
        do throws(BundleError) {
            return try RSACertificate(pem: body)
        } catch {
            throw Fault(.malformedCertificate, error.cause)
        }
    }
}
