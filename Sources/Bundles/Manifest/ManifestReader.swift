import Hexadecimal
import Wire

/// Takes the values out of a manifest. What it does not know it passes over: other tools add elements of their own.
struct ManifestReader {
    private let root: XMLNode

    init(_ root: XMLNode) { self.root = root }

    func manifest() throws(BundleError) -> BundleManifest {
        guard root.name == "manifest" else { throw BundleError("The document is not a manifest: its root element is <\(root.name)>.") }
        let version = try text("version", of: root)
        guard version == BundleManifest.version else {
            throw BundleError("The manifest has version \(BundleError.quoted(version)); only \(BundleManifest.version) is known.")
        }
        let (machine, image) = (try one("machine_configuration", of: root), try one("image", of: root))
        var manifest = BundleManifest(
            software: try software(),
            architecture: try value("architecture", of: machine),
            name: try text("name", of: image),
            account: try account(image),
            contents: try contents(image),
            ec2: try wrapped("ec2", image),
            user: try wrapped("user", image)
        )
        manifest.mappings = try mappings(machine)
        manifest.kernelID = try optional("kernel_id", of: machine)
        manifest.ramdiskID = try optional("ramdisk_id", of: machine)
        manifest.productCodes = try list("product_codes", of: machine).map(Self.trimmed)
        manifest.kind = try value("type", of: image)
        manifest.kernelName = try optional("kernel_name", of: image)
        manifest.ancestry = try list("ancestry", of: image).map(Self.trimmed)
        return manifest
    }

    func signature() throws(BundleError) -> [UInt8] { try hex("signature", of: root, bytes: 128...1_024) }

    private func software() throws(BundleError) -> BundleManifest.Software {
        let node = try at("bundler", of: root)
        func text(_ name: String) -> String { node?[name].map(Self.trimmed) ?? "" }
        return BundleManifest.Software(name: text("name"), version: text("version"), release: text("release"))
    }

    private func account(_ image: XMLNode) throws(BundleError) -> String {
        let user = try text("user", of: image)
        guard user.utf8.count == 12, user.utf8.allSatisfy(Self.isDigit) else {
            throw BundleError("The user \(BundleError.quoted(user)) of the manifest is not an account of 12 digits.")
        }
        return user
    }

    private func contents(_ image: XMLNode) throws(BundleError) -> BundleContents {
        try algorithm("SHA1", of: one("digest", of: image))
        return BundleContents(
            digest: try hex("digest", of: image, bytes: 20...20),
            size: try number("size", of: image, most: BundleLimits.imageBytes),
            bundledSize: try number("bundled_size", of: image, most: BundleLimits.bundledBytes),
            parts: try parts(image)
        )
    }

    private func wrapped(_ owner: String, _ image: XMLNode) throws(BundleError) -> WrappedKey {
        let key = "\(owner)_encrypted_key"
        try algorithm("AES-128-CBC", of: one(key, of: image))
        return WrappedKey(
            key: try hex(key, of: image, bytes: 128...1_024),
            iv: try hex("\(owner)_encrypted_iv", of: image, bytes: 128...1_024)
        )
    }

    private func mappings(_ machine: XMLNode) throws(BundleError) -> [BundleManifest.Mapping] {
        var mappings: [BundleManifest.Mapping] = []
        for node in try list("block_device_mapping", of: machine) {
            mappings.append(BundleManifest.Mapping(virtual: try text("virtual", of: node), device: try text("device", of: node)))
        }
        return mappings
    }

    private func parts(_ image: XMLNode) throws(BundleError) -> [BundlePart] {
        let list = try one("parts", of: image)
        guard let count = Int(list.attributes["count"] ?? ""), count == list.children("part").count else {
            throw BundleError("The manifest lists \(list.children("part").count) parts, and its count says otherwise.")
        }
        guard (1...BundleLimits.parts).contains(count) else {
            throw BundleError("The manifest lists \(count) parts; 1 to \(BundleLimits.parts) are allowed.")
        }
        var parts = [BundlePart?](repeating: nil, count: count)
        var names: Set<String> = []
        for node in list.children("part") {
            guard let index = Int(node.attributes["index"] ?? ""), parts.indices.contains(index), parts[index] == nil else {
                throw BundleError("The parts of the manifest are not numbered from 0 to \(count - 1), each once.")
            }
            let name = try text("filename", of: node)
            if let problem = PartName.problem(with: name) {
                throw BundleError("The name \(BundleError.quoted(name)) of part \(index) cannot be used: \(problem).")
            }
            guard names.insert(name).inserted else {
                throw BundleError("Two parts of the manifest have the name \(BundleError.quoted(name)).")
            }
            try algorithm("SHA1", of: one("digest", of: node))
            parts[index] = BundlePart(name: name, digest: try hex("digest", of: node, bytes: 20...20))
        }
        return parts.compactMap(\.self)
    }
}

extension ManifestReader {
    /// The one child of that name: a second would leave open which of them counts.
    func one(_ name: String, of node: XMLNode) throws(BundleError) -> XMLNode {
        guard let child = try at(name, of: node) else { throw BundleError("The manifest has no <\(name)> in its <\(node.name)>.") }
        return child
    }

    private func at(_ name: String, of node: XMLNode) throws(BundleError) -> XMLNode? {
        let children = node.children(name)
        guard children.count <= 1 else { throw BundleError("The manifest has <\(name)> twice in its <\(node.name)>.") }
        return children.first
    }

    private func list(_ name: String, of node: XMLNode) throws(BundleError) -> [XMLNode] { try at(name, of: node)?.children ?? [] }

    private func text(_ name: String, of node: XMLNode) throws(BundleError) -> String {
        let text = Self.trimmed(try one(name, of: node))
        guard !text.isEmpty, text.utf8.count <= 1_024 else {
            throw BundleError("The <\(name)> of the manifest has \(text.utf8.count) bytes; 1 to 1024 are allowed.")
        }
        return text
    }

    private func optional(_ name: String, of node: XMLNode) throws(BundleError) -> String? {
        guard let child = try at(name, of: node), !Self.trimmed(child).isEmpty else { return nil }
        return try text(name, of: node)
    }

    private func value<Value: RawRepresentable<String>>(_ name: String, of node: XMLNode) throws(BundleError) -> Value {
        let text = try text(name, of: node)
        guard let value = Value(rawValue: text) else {
            throw BundleError("The <\(name)> of the manifest is \(BundleError.quoted(text)), which is not known.")
        }
        return value
    }

    private func number(_ name: String, of node: XMLNode, most: Int64) throws(BundleError) -> Int64 {
        let text = try text(name, of: node)
        guard text.utf8.allSatisfy(Self.isDigit), let number = Int64(text), (1...most).contains(number) else {
            throw BundleError("The <\(name)> of the manifest is \(BundleError.quoted(text)); 1 to \(most) bytes are allowed.")
        }
        return number
    }

    private func hex(_ name: String, of node: XMLNode, bytes count: ClosedRange<Int>) throws(BundleError) -> [UInt8] {
        let text = Self.trimmed(try one(name, of: node))
        guard let bytes = Hex.decode(text.utf8), count.contains(bytes.count) else {
            throw BundleError("The <\(name)> of the manifest's <\(node.name)> is not \(count.lowerBound) or more bytes in hexadecimal.")
        }
        return bytes
    }

    private func algorithm(_ expected: String, of node: XMLNode) throws(BundleError) {
        guard let algorithm = node.attributes["algorithm"], algorithm == expected else {
            throw BundleError("The algorithm of <\(node.name)> in the manifest is not \(expected).")
        }
    }

    private static func trimmed(_ node: XMLNode) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "\r\n" || $0 == "\r" }
        var text = node.text[...].drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return String(text)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
