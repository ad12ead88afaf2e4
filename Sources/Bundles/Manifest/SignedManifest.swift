import Wire

/// A manifest as it was read: its values, and the bytes that its signature is over.
package struct SignedManifest: Sendable {
    package let manifest: BundleManifest
    /// The whole of it, as it was read.
    package let document: [UInt8]
    /// RSA-SHA1 over `<machine_configuration>…</machine_configuration>` and then `<image>…</image>`, as they stand in the document.
    package let signature: [UInt8]
    private let signed: [Range<Int>]

    /// - Throws: ``BundleError`` with the first thing that is wrong.
    package init(parsing document: [UInt8]) throws(BundleError) {
        guard document.count <= BundleLimits.manifestBytes else {
            throw BundleError("The manifest is larger than \(BundleLimits.manifestBytes) bytes.")
        }
        // The tree is not kept: it is many times the document, and requests hold manifests for as long as they look at parts.
        let root = try Self.tree(of: document)
        let reader = ManifestReader(root)
        manifest = try reader.manifest()
        signature = try reader.signature()
        signed = try [reader.one("machine_configuration", of: root).source, reader.one("image", of: root).source]
        self.document = document
    }

    static func tree(of document: [UInt8]) throws(BundleError) -> XMLNode {
        do throws(XMLError) {
            let limits = XMLLimits(bytes: BundleLimits.manifestBytes, elements: 20_000, attributes: 10_000, depth: 16)
            return try XMLNode(parsing: document, limits: limits)
        } catch {
            throw BundleError("The manifest is not well-formed: \(error).")
        }
    }

    /// Whether the holder of the certificate's key signed what the manifest says.
    package func isSigned(by certificate: RSACertificate) -> Bool {
        certificate.isValid(signature, over: signed.flatMap { document[$0] })
    }

    /// - Throws: ``BundleError`` unless the holder of the certificate's key signed what the manifest says.
    package func verify(signedBy certificate: RSACertificate) throws(BundleError) {
        guard isSigned(by: certificate) else {
            throw BundleError(
                "The signature of the manifest was not made with the key of the certificate, or the manifest was changed since."
            )
        }
    }
}
