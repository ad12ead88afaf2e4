import Wire

/// What an OVF says of its disks. Prefixes of namespaces are passed over: makers choose different ones.
struct OVFEnvelope {
    private let root: XMLNode

    init(_ text: [UInt8]) throws(DiskImageError) {
        do {
            root = try XMLNode(parsing: text, limits: XMLLimits(bytes: Int(OVALimits.descriptorBytes), elements: 20_000, depth: 32))
        } catch {
            throw DiskImageError(.content, "The OVF in the OVA cannot be read: \(error).")
        }
        guard Self.local(root.name) == "Envelope" else { throw DiskImageError(.content, "The OVF in the OVA is not an OVF envelope.") }
    }

    /// The names of the files that hold the disks, in the order of the disks.
    func diskFiles() throws(DiskImageError) -> [String] {
        let files = try files()
        let disks = Self.children("Disk", of: Self.children("DiskSection", of: [root]))
        guard (1...OVALimits.disks).contains(disks.count) else {
            throw DiskImageError(.content, "The OVF lists \(disks.count) disks; 1 to \(OVALimits.disks) are allowed.")
        }
        var names: [String] = []
        for disk in disks {
            let shown = DiskImageError.quoted(Self.attribute("diskId", of: disk) ?? "")
            guard Self.attribute("parentRef", of: disk) == nil else {
                throw DiskImageError(.reference, "The disk \(shown) of the OVF refers to a parent disk.")
            }
            guard let id = Self.attribute("fileRef", of: disk), let name = files[id] else {
                throw DiskImageError(.content, "The disk \(shown) of the OVF has no file.")
            }
            guard !names.contains(name) else { throw DiskImageError(.content, "Two disks of the OVF have one file.") }
            names.append(name)
        }
        return names
    }

    /// The names of the files by their ids.
    private func files() throws(DiskImageError) -> [String: String] {
        var files: [String: String] = [:]
        for file in Self.children("File", of: Self.children("References", of: [root])) {
            guard let id = Self.attribute("id", of: file), let name = Self.attribute("href", of: file),
                files.updateValue(name, forKey: id) == nil
            else { throw DiskImageError(.content, "The OVF has a file without a name, or two with one id.") }
            let packing = Self.attribute("compression", of: file) ?? "identity"
            guard ["", "identity"].contains(packing), Self.attribute("chunkSize", of: file) == nil else {
                throw DiskImageError(
                    .format,
                    "The file \(DiskImageError.quoted(name)) of the OVF is packed or in chunks: this is not read."
                )
            }
        }
        return files
    }

    private static func children(_ name: String, of nodes: [XMLNode]) -> [XMLNode] {
        nodes.flatMap { $0.children.filter { local($0.name) == name } }
    }

    private static func attribute(_ name: String, of node: XMLNode) -> String? {
        node.attributes.first { local($0.key) == name }?.value
    }

    private static func local(_ name: String) -> Substring { name.split(separator: ":").last ?? "" }
}
