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

    /// A disk that the machine has.
    enum Disk {
        /// The bytes stand in the file of this reference.
        case file(String)
        /// All zeros: the maker gives a size alone.
        case empty(String, bytes: UInt64)
    }

    /// The disks in their order.
    func disks() throws(DiskImageError) -> [Disk] {
        let files = try files()
        let disks = Self.children("Disk", of: Self.children("DiskSection", of: [root]))
        guard (1...OVALimits.disks).contains(disks.count) else {
            throw DiskImageError(.content, "The OVF lists \(disks.count) disks; 1 to \(OVALimits.disks) are allowed.")
        }
        return try disks.map { disk throws(DiskImageError) in
            let name = Self.attribute("diskId", of: disk) ?? ""
            let shown = DiskImageError.quoted(name)
            guard Self.attribute("parentRef", of: disk) == nil else {
                throw DiskImageError(.incomplete, "The disk \(shown) of the OVF refers to a parent disk.")
            }
            guard let id = Self.attribute("fileRef", of: disk), !id.isEmpty else { return .empty(name, bytes: try Self.capacity(of: disk)) }
            guard let file = files[id] else { throw DiskImageError(.content, "The disk \(shown) of the OVF has no file.") }
            return .file(try Self.href(of: file))
        }
    }

    /// `byte * 2^30` units, or bytes.
    private static func capacity(of disk: XMLNode) throws(DiskImageError) -> UInt64 {
        let units = (attribute("capacityAllocationUnits", of: disk) ?? "byte").lowercased().filter { !$0.isWhitespace }
        let factor: UInt64? =
            switch units.wholeMatch(of: #/bytes?(?:\*2\^(?<power>\d{1,2})|\*(?<count>\d{1,18}))?/#)?.output {
            case let match?:
                match.power.flatMap { Int($0) }.map { $0 < 50 ? 1 << UInt64($0) : 0 } ?? match.count.flatMap { UInt64($0) } ?? 1
            case nil: nil
            }
        guard let factor, factor > 0, let count = attribute("capacity", of: disk).flatMap({ UInt64($0) }),
            case let (bytes, isOver) = count.multipliedReportingOverflow(by: factor), !isOver
        else { throw DiskImageError(.content, "The OVF has a disk without a file and without a capacity that is a number.") }
        return bytes
    }

    private static func href(of file: XMLNode) throws(DiskImageError) -> String {
        let name = attribute("href", of: file) ?? ""
        let packing = attribute("compression", of: file) ?? "identity"
        guard ["", "identity"].contains(packing), attribute("chunkSize", of: file) == nil else {
            throw DiskImageError(.content, "The file \(DiskImageError.quoted(name)) of the OVF is packed or in chunks: this is not read.")
        }
        return name
    }

    /// The files by their ids.
    private func files() throws(DiskImageError) -> [String: XMLNode] {
        var files: [String: XMLNode] = [:]
        for file in Self.children("File", of: Self.children("References", of: [root])) {
            guard let id = Self.attribute("id", of: file), Self.attribute("href", of: file) != nil,
                files.updateValue(file, forKey: id) == nil
            else { throw DiskImageError(.content, "The OVF has a file without a name, or two with one id.") }
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
