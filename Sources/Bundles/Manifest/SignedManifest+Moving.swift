import Hexadecimal
import Wire

/// What a manifest names differently in another Region; nil leaves it as it is.
package struct MappedIDs: Hashable, Sendable {
    package var kernel: String?
    package var ramdisk: String?

    package init(kernel: String? = nil, ramdisk: String? = nil) {
        self.kernel = kernel
        self.ramdisk = ramdisk
    }
}

extension SignedManifest {
    /// The manifest for another Region: key and IV wrapped for that Region, kernel and ramdisk as they are called there, the user whose
    /// copy it is, signed anew.
    ///
    /// Everything else stays byte for byte, also what this program does not know. The parts are the same.
    ///
    /// - Parameters:
    ///   - key: the key of the Region that the bundle is for.
    ///   - certificate: of the Region that it goes to.
    ///   - ids: used where the manifest names a kernel or a ramdisk.
    ///   - account: for whom the signer signs: whoever reads the signature may rely on it. 12 digits.
    ///   - signer: whose signature replaces the one there is.
    /// - Throws: ``BundleError`` when the key does not unwrap. It is for manifests that were verified before: whoever may give in any
    ///   manifest must not be told, since that tells guesses apart.
    package func moved(
        from key: RSAPrivateKey,
        to certificate: RSACertificate,
        ids: MappedIDs = MappedIDs(),
        account: String,
        signer: RSAPrivateKey
    ) throws -> [UInt8] {
        let wrapped = try BundleKey(unwrapping: manifest.ec2, with: key).wrapped(for: certificate)
        let root = try Self.tree(of: document)
        let reader = ManifestReader(root)
        let (machine, image) = (try reader.one("machine_configuration", of: root), try reader.one("image", of: root))
        var edits: [Edit] = [
            Edit(try reader.one("ec2_encrypted_key", of: image), text: Hex.encode(wrapped.key)),
            Edit(try reader.one("ec2_encrypted_iv", of: image), text: Hex.encode(wrapped.iv)),
            Edit(try reader.one("user", of: image), text: account),
        ]
        if let kernel = ids.kernel, let node = machine["kernel_id"], manifest.kernelID != nil { edits.append(Edit(node, text: kernel)) }
        if let ramdisk = ids.ramdisk, let node = machine["ramdisk_id"], manifest.ramdiskID != nil {
            edits.append(Edit(node, text: ramdisk))
        }
        let signature = try signer.sign(
            Edit.apply(edits, to: document, in: machine.source) + Edit.apply(edits, to: document, in: image.source)
        )
        edits.append(Edit(try reader.one("signature", of: root), text: Hex.encode(signature)))
        let moved = Edit.apply(edits, to: document, in: 0..<document.count)
        guard moved.count <= BundleLimits.manifestBytes else {
            throw BundleError("The manifest would be larger than \(BundleLimits.manifestBytes) bytes in the other Region.")
        }
        return moved
    }
}

/// An element that gets another text.
private struct Edit {
    let range: Range<Int>
    let bytes: [UInt8]

    init(_ node: XMLNode, text: String) {
        var xml = XMLWriter(declaration: false)
        xml.element(node.name, attributes: node.attributes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }) { $0.text(text) }
        range = node.source
        bytes = xml.bytes
    }

    /// The bytes of `whole`, with the edits that lie in it.
    static func apply(_ edits: [Edit], to document: [UInt8], in whole: Range<Int>) -> [UInt8] {
        var result: [UInt8] = []
        var reached = whole.lowerBound
        for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) where whole.contains(edit.range.lowerBound) {
            result += document[reached..<edit.range.lowerBound]
            result += edit.bytes
            reached = edit.range.upperBound
        }
        return result + document[reached..<whole.upperBound]
    }
}
