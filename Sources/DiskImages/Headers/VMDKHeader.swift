/// The header of a VMDK that is one sparse file (monolithicSparse, streamOptimized): VMware's "Virtual Disk Format 5.0".
///
/// A descriptor can name any file of the machine as an extent or a parent. QEMU reads extents from it when the file is text, and when the
/// capacity in the binary header is 0; it looks for a parent in the 20 sectors behind the header, whatever the header says of them.
struct VMDKHeader {
    static let magic = Array("KDMV".utf8)

    let virtualBytes: UInt64

    private static let sector: Int64 = 512
    private static let descriptorBytes = 20 * 512
    private static let directoryAtEnd = UInt64.max
    private static let maximumVersion: UInt32 = 3

    init(_ range: ImageRange) throws(DiskImageError) {
        let header = try range.fields(512, at: 0, of: "VMDK header")
        guard header.has(Self.magic) else {
            let isText = header.has(Array("# Disk".utf8))
            throw DiskImageError(
                isText ? .reference : .content,
                "The VMDK is \(isText ? "a descriptor that refers to other files" : "a COWD extent"): make it monolithicSparse or streamOptimized."
            )
        }
        let capacity = try Self.check(header)
        guard header.little(UInt64.self, at: 28) == 1 else {
            throw DiskImageError(.content, "The VMDK has no descriptor behind its header: it is an extent of a larger disk.")
        }
        let descriptor = try range.fields(Self.descriptorBytes, at: Self.sector, of: "VMDK descriptor")
        try VMDKDescriptor(descriptor.bytes).check()
        if header.little(UInt64.self, at: 56) == Self.directoryAtEnd { try Self.checkFooter(range, capacity: capacity) }
        let (bytes, isOver) = capacity.multipliedReportingOverflow(by: UInt64(Self.sector))
        virtualBytes = isOver ? .max : bytes
    }

    /// Bounds what the tables cost that QEMU allocates from the header. Returns the capacity in sectors.
    private static func check(_ header: HeaderFields) throws(DiskImageError) -> UInt64 {
        let (version, capacity) = (header.little(UInt32.self, at: 4), header.little(UInt64.self, at: 12))
        let (grain, entries) = (header.little(UInt64.self, at: 20), header.little(UInt32.self, at: 44))
        guard (1...maximumVersion).contains(version) else { throw DiskImageError(.content, "The VMDK has the unknown version \(version).") }
        guard capacity != 0 else {
            throw DiskImageError(.reference, "The VMDK has no capacity: its descriptor would refer to other files.")
        }
        // 4 KiB to 1 MiB; VMware and QEMU write 64 KiB.
        guard (8...2_048).contains(grain), grain & (grain - 1) == 0 else {
            throw DiskImageError(.content, "The VMDK has grains of \(grain) sectors; a power of two from 8 to 2048 is allowed.")
        }
        guard entries == 512 else { throw DiskImageError(.content, "The VMDK has grain tables of \(entries) entries instead of 512.") }
        return capacity
    }

    /// The footer of a stream takes the place of its header, so it must say the same.
    private static func checkFooter(_ range: ImageRange, capacity: UInt64) throws(DiskImageError) {
        guard range.length.isMultiple(of: sector), range.length >= 4 * sector else {
            throw DiskImageError(.content, "The VMDK ends in the middle of a sector: it is damaged, or was cut short.")
        }
        let footer = try range.fields(512, at: range.length - 2 * sector, of: "VMDK footer")
        guard footer.has(magic), try check(footer) == capacity else {
            throw DiskImageError(.content, "The VMDK has no footer that agrees with its header: it is damaged, or was cut short.")
        }
    }
}

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
