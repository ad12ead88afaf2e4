import Hexadecimal
import Wire

extension BundleManifest {
    /// The document, signed. No white space stands between its elements, so that the signed text survives whoever formats the rest.
    package func signed(by key: RSAPrivateKey) throws -> [UInt8] {
        let (machine, image) = (element { $0.machineConfiguration(of: self) }, element { $0.image(of: self) })
        let signature = Hex.encode(try key.sign(machine + image))
        var document = XMLWriter().bytes
        document += Array("<manifest>".utf8)
        document += element { xml in
            xml.element("version", Self.version)
            xml.element("bundler") { xml in
                xml.element("name", software.name)
                xml.element("version", software.version)
                xml.element("release", software.release)
            }
        }
        document += machine + image
        document += element { $0.element("signature", signature) }
        document += Array("</manifest>\n".utf8)
        return document
    }

    private func element(_ write: (inout XMLWriter) -> Void) -> [UInt8] {
        var xml = XMLWriter(declaration: false)
        write(&xml)
        return xml.bytes
    }
}

extension XMLWriter {
    fileprivate mutating func machineConfiguration(of manifest: BundleManifest) {
        element("machine_configuration") { xml in
            xml.element("architecture", manifest.architecture.rawValue)
            if !manifest.mappings.isEmpty {
                xml.list("block_device_mapping", manifest.mappings, item: "mapping") { xml, mapping in
                    xml.element("virtual", mapping.virtual)
                    xml.element("device", mapping.device)
                }
            }
            xml.element("kernel_id", manifest.kernelID)
            xml.element("ramdisk_id", manifest.ramdiskID)
            if !manifest.productCodes.isEmpty { xml.list("product_codes", manifest.productCodes, item: "product_code") }
        }
    }

    fileprivate mutating func image(of manifest: BundleManifest) {
        element("image") { xml in
            xml.element("name", manifest.name)
            xml.element("user", manifest.account)
            xml.element("type", manifest.kind.rawValue)
            xml.element("kernel_name", manifest.kernelName)
            if !manifest.ancestry.isEmpty { xml.list("ancestry", manifest.ancestry, item: "ancestor_ami_id") }
            xml.hex("digest", manifest.digest, algorithm: "SHA1")
            xml.element("size", manifest.size)
            xml.element("bundled_size", manifest.bundledSize)
            xml.hex("ec2_encrypted_key", manifest.ec2.key, algorithm: "AES-128-CBC")
            xml.hex("user_encrypted_key", manifest.user.key, algorithm: "AES-128-CBC")
            xml.hex("ec2_encrypted_iv", manifest.ec2.iv)
            xml.hex("user_encrypted_iv", manifest.user.iv)
            xml.element("parts", attributes: [("count", String(manifest.parts.count))]) { xml in
                for (index, part) in manifest.parts.enumerated() {
                    xml.element("part", attributes: [("index", String(index))]) { xml in
                        xml.element("filename", part.name)
                        xml.hex("digest", part.digest, algorithm: "SHA1")
                    }
                }
            }
        }
    }

    private mutating func hex(_ name: String, _ bytes: [UInt8], algorithm: String? = nil) {
        element(name, attributes: algorithm.map { [("algorithm", $0)] } ?? []) { $0.text(Hex.encode(bytes)) }
    }
}
