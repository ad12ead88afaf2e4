/// The text behind the header of a sparse VMDK.
struct VMDKDescriptor {
    private let lines: [Substring]

    /// - Parameter bytes: text that ends at a zero, or with the bytes.
    init(_ bytes: [UInt8]) {
        lines = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self).split(whereSeparator: \.isNewline)
    }

    func check() throws(DiskImageError) {
        guard let type = value(of: "createType"), let parent = value(of: "parentCID") else {
            throw DiskImageError(.content, "The VMDK's descriptor lacks a createType or a parentCID.")
        }
        // As text, because QEMU looks for the word wherever it stands.
        guard !lines.contains(where: { $0.contains("parentFileNameHint") }), parent.lowercased() == "ffffffff" else {
            throw DiskImageError(.reference, "The VMDK refers to a parent disk: make it a disk of its own first.")
        }
        guard ["monolithicsparse", "streamoptimized"].contains(type.lowercased()) else {
            let type = DiskImageError.quoted(type)
            throw DiskImageError(.reference, "The VMDK is of the type \(type): make it monolithicSparse or streamOptimized.")
        }
        let extents = lines.map { $0.split(separator: " ") }.filter { ["RW", "RDONLY", "NOACCESS"].contains($0.first) }
        guard extents.count == 1, extents[0].count >= 4, extents[0][2] == "SPARSE" else {
            throw DiskImageError(.reference, "The VMDK's descriptor refers to other extents than the file itself.")
        }
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
