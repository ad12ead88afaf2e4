import Bundles
import Domain
import Foundation
import Metadata

/// The certificates that the users of the caller's account sign bundles with, and what they say of a bundle.
///
/// An account that has an active one, whichever user's, takes nothing else: its images can be made of what its own key signed, and of nothing that somebody
/// put into its bucket. Without one no signature can be checked, and none is (docs/formats/bundle.md, "What is checked").
package struct SigningCertificates: Sendable {
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// Those of a user, the oldest first.
    ///
    /// - Parameter userName: the caller's when nil.
    package func list(of userName: String? = nil) async throws -> (user: IAMSubject, certificates: [SigningCertificate]) {
        let principal = call.principal
        return try await call.readIAM { transaction in
            let user = try IAMSubject.find(userName, for: principal, in: transaction)
            let certificates = try SigningCertificateTable(transaction).certificates(of: principal.account)
            return (user, certificates.filter { $0.userID == user.userID })
        }
    }

    /// Takes a certificate in, as active.
    ///
    /// - Parameter body: an X.509 certificate of an RSA key, in PEM.
    /// - Throws: `Fault` `MalformedCertificate`, also for one that has expired; `DuplicateCertificate`; `LimitExceeded`.
    package func upload(_ body: String, of userName: String? = nil) async throws -> (user: IAMSubject, certificate: SigningCertificate) {
        guard !body.contains("PRIVATE KEY-----") else {
            throw Fault(.malformedCertificate, "The body holds a private key, which nobody else must have: upload the certificate alone.")
        }
        let certificate = try Self.certificate(body)
        let (now, principal) = (call.now, call.principal)
        guard certificate.expiresAt > now else { throw Fault(.malformedCertificate, "The certificate has expired.") }
        return try await call.changeIAM { transaction in
            let table = SigningCertificateTable(transaction)
            let user = try IAMSubject.find(userName, for: principal, in: transaction)
            let row = SigningCertificate(
                id: SigningCertificate.randomID(),
                account: principal.account,
                userID: user.userID,
                body: body,
                status: .active,
                uploadedAt: now
            )
            let known = try table.certificates(of: row.account)
            if let same = try known.first(where: { try Self.certificate($0.body) == certificate }) {
                throw Fault(.duplicateCertificate, "The certificate is the account's already, as \(same.id).")
            }
            guard known.count(where: { $0.userID == row.userID }) < SigningCertificate.perUserMax else {
                throw Fault.limitExceeded("SigningCertificatesPerUser", SigningCertificate.perUserMax)
            }
            try table.insert(row)
            return (user, row)
        }
    }

    package func set(_ status: SigningCertificate.Status, of id: String, userName: String? = nil) async throws {
        try await change(id, of: userName) { try $0.set(status, of: id) }
    }

    package func delete(_ id: String, of userName: String? = nil) async throws { try await change(id, of: userName) { try $0.delete(id) } }

    /// Refuses a manifest that none of the account's active certificates vouches for.
    ///
    /// What the Region has signed for the account, in copying a bundle that had been verified, is as good.
    ///
    /// - Throws: `Fault` `InvalidManifest`.
    func check(_ manifest: SignedManifest) async throws {
        let account = call.account
        let active = try await call.readIAM { try SigningCertificateTable($0).certificates(of: account) }.filter { $0.status == .active }
        guard !active.isEmpty, try !active.contains(where: { manifest.isSigned(by: try Self.certificate($0.body)) }) else { return }
        let ofRegion = try RSACertificate(pem: try await call.store.keys.certificates.require())
        guard manifest.manifest.account != call.account.rawValue || !manifest.isSigned(by: ofRegion) else { return }
        throw Fault(
            .invalidManifest,
            "The signature of the manifest is of none of the \(active.count) active signing certificates of the account \(call.account),"
                + " or the manifest was changed since: sign it with the key of one, or upload the signer's certificate."
        )
    }

    private func change(_ id: String, of userName: String?, _ body: @escaping @Sendable (SigningCertificateTable) throws -> Void)
        async throws
    {
        let principal = call.principal
        try await call.changeIAM { transaction in
            let table = SigningCertificateTable(transaction)
            let user = try IAMSubject.find(userName, for: principal, in: transaction)
            guard try table.certificates(of: principal.account).contains(where: { $0.id == id && $0.userID == user.userID }) else {
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
