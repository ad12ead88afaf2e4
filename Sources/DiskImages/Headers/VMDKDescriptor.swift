/// The text that says what a VMDK consists of: a file of its own, or behind the header of a sparse one.
struct VMDKDescriptor {
    /// A part of a disk, in a file.
    struct Extent {
        let sectors: UInt64
        let type: String
        let file: String
        /// In sectors.
        let offset: UInt64?
    }

    private static let magic = Array("# Disk DescriptorFile".utf8)
    /// QEMU reads no more.
    private static let mostBytes: Int64 = 1 << 20 - 1
    /// All files of a disk are open at once when it is read.
    private static let mostExtents = 1_000

    private let lines: [Substring]

    /// - Parameter bytes: text that ends at a zero, or with the bytes.
    init(_ bytes: [UInt8]) {
        lines = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self).split(whereSeparator: \.isNewline)
    }

    /// Reads a descriptor that is a file of its own.
    init(file range: ImageRange) throws(DiskImageError) {
        guard range.length <= Self.mostBytes else {
            throw DiskImageError(.size, "The VMDK's descriptor has \(range.length) bytes, and \(Self.mostBytes) are allowed.")
        }
        self.init(try range.read(Int(range.length), at: 0))
    }

    static func isText(_ range: ImageRange) throws(DiskImageError) -> Bool { HeaderFields(try range.read(32, at: 0)).has(magic) }

    /// Where there is a header without text behind it.
    var isEmpty: Bool { lines.isEmpty }

    /// Throws unless the disk is in the file that the descriptor stands in.
    func checkIsAlone() throws(DiskImageError) {
        let type = try type
        guard ["monolithicsparse", "streamoptimized"].contains(type.lowercased()) else {
            throw DiskImageError(
                .incomplete,
                "The VMDK is of the type \(DiskImageError.quoted(type)): make it monolithicSparse or streamOptimized."
            )
        }
        let extents = lines.map { $0.split(separator: " ") }.filter { Self.isExtent($0.first) }
        guard extents.count == 1, extents[0].count >= 4, extents[0][2] == "SPARSE" else {
            throw DiskImageError(.incomplete, "The VMDK's descriptor refers to other extents than the file itself.")
        }
    }

    var type: String {
        get throws(DiskImageError) {
            guard let type = value(of: "createType") else { throw DiskImageError(.content, "The VMDK's descriptor lacks a createType.") }
            return type
        }
    }

    /// The disk that shows through.
    func parent(_ references: References) throws(DiskImageError) -> BackingReference? {
        guard let parent = value(of: "parentCID") else { throw DiskImageError(.content, "The VMDK's descriptor lacks a parentCID.") }
        // As text, because QEMU looks for the word wherever it stands.
        guard lines.contains(where: { $0.contains("parentFileNameHint") }) || parent.lowercased() != "ffffffff" else { return nil }
        guard case .followed = references else {
            throw DiskImageError(.reference, "The VMDK refers to a parent disk: make it a disk of its own first.")
        }
        guard let name = value(of: "parentFileNameHint") else {
            throw DiskImageError(.incomplete, "The VMDK has a parent disk and does not say where it is: make it a disk of its own first.")
        }
        return BackingReference(name: name, format: DiskFormat.vmdk.rawValue)
    }

    /// The parts of the disk in their order. QEMU passes over lines that it does not read, which would make the disk shorter.
    func extents() throws(DiskImageError) -> [Extent] {
        var extents: [Extent] = []
        for line in lines where Self.isExtent(line.split(whereSeparator: \.isWhitespace).first) {
            let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
            let words = parts[0].split(whereSeparator: \.isWhitespace)
            guard parts.count == 3, words.count == 3, words[0] == "RW", let sectors = UInt64(words[1]), (1...1 << 40).contains(sectors),
                (1...511).contains(parts[1].utf8.count)
            else {
                throw DiskImageError(
                    .incomplete,
                    "The VMDK's descriptor has an extent that is not read: \(DiskImageError.quoted(String(line)))"
                )
            }
            let offset = parts[2].filter { !$0.isWhitespace }
            guard offset.isEmpty || UInt64(offset) != nil else {
                throw DiskImageError(.content, "An extent of the VMDK has no valid offset.")
            }
            extents.append(Extent(sectors: sectors, type: String(words[2]), file: String(parts[1]), offset: UInt64(offset)))
        }
        guard (1...Self.mostExtents).contains(extents.count) else {
            throw DiskImageError(.content, "The VMDK has \(extents.count) extents; 1 to \(Self.mostExtents) are read.")
        }
        return extents
    }

    private static func isExtent(_ word: Substring?) -> Bool {
        word.map { ["RW", "RDONLY", "NOACCESS"].contains($0.uppercased()) } ?? false
    }

    /// What stands behind `name=`, without quotes; nil when it is not there, or there twice.
    private func value(of name: String) -> String? {
        let values = lines.compactMap { line -> String? in
            guard let equals = line.firstIndex(of: "="), Self.trimmed(line[..<equals]).lowercased() == name.lowercased() else { return nil }
            return Self.trimmed(line[line.index(after: equals)...])
        }
        return values.count == 1 ? values[0] : nil
    }

    private static func trimmed(_ text: Substring) -> String {
        let isOutside: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\"" }
        var text = text.drop(while: isOutside)
        while let last = text.last, isOutside(last) { text.removeLast() }
        return String(text)
    }
}
