/// The header of a sparse VMDK (monolithicSparse, streamOptimized), or of one extent of a split one: VMware's "Virtual Disk Format 5.0".
///
/// A descriptor can name any file of the machine as an extent or a parent. QEMU reads extents from it when the file is text, and when the
/// capacity in the binary header is 0; it looks for a parent in the 20 sectors behind the header, whatever the header says of them.
struct VMDKHeader {
    static let magic = Array("KDMV".utf8)

    /// In sectors.
    let capacity: UInt64
    /// Sectors of a grain.
    let grain: UInt64
    /// The sector where the table of grain tables stands.
    let directory: UInt64
    let isCompressed: Bool
    /// Whether entry 1 of a grain table says that a grain is zero.
    let hasZeroGrains: Bool
    private let hasDescriptor: Bool

    /// Entries of a grain table.
    static let tableEntries = 512
    static let sector: Int64 = 512
    private static let descriptorBytes = 20 * 512
    private static let directoryAtEnd = UInt64.max
    private static let maximumVersion: UInt32 = 3

    init(_ range: ImageRange) throws(DiskImageError) {
        guard HeaderFields(try range.read(4, at: 0)).has(Self.magic) else {
            throw DiskImageError(.incomplete, "The VMDK is a COWD extent: make it monolithicSparse or streamOptimized.")
        }
        let header = try range.fields(512, at: 0, of: "VMDK header")
        try Self.check(header)
        hasDescriptor = header.little(UInt64.self, at: 28) == 1
        let isAtEnd = header.little(UInt64.self, at: 56) == Self.directoryAtEnd
        // The footer of a stream takes the place of its header.
        let valid = isAtEnd ? try Self.footer(of: range, agreeingWith: header) : header
        capacity = valid.little(UInt64.self, at: 12)
        grain = valid.little(UInt64.self, at: 20)
        directory = valid.little(UInt64.self, at: 56)
        isCompressed = valid.little(UInt16.self, at: 77) == 1
        let flags = valid.little(UInt32.self, at: 8)
        hasZeroGrains = flags & 0b100 != 0
        guard !isCompressed || flags & 1 << 17 != 0 else {
            throw DiskImageError(.content, "The VMDK has compressed grains without their lengths: write it anew with qemu-img convert.")
        }
    }

    var virtualBytes: UInt64 {
        let (bytes, isOver) = capacity.multipliedReportingOverflow(by: UInt64(Self.sector))
        return isOver ? .max : bytes
    }

    /// The descriptor of the disk that is all in this file.
    func descriptor(_ range: ImageRange) throws(DiskImageError) -> VMDKDescriptor {
        let descriptor =
            hasDescriptor ? VMDKDescriptor(try range.fields(Self.descriptorBytes, at: Self.sector, of: "VMDK descriptor").bytes) : nil
        guard let descriptor, !descriptor.isEmpty else {
            throw DiskImageError(
                .incomplete,
                "The VMDK is one extent of a split disk: give the descriptor, the small file of text whose name has no -s001 or the like."
            )
        }
        return descriptor
    }

    /// Bounds what the tables cost that QEMU allocates from the header.
    private static func check(_ header: HeaderFields) throws(DiskImageError) {
        let (version, capacity) = (header.little(UInt32.self, at: 4), header.little(UInt64.self, at: 12))
        let (grain, entries) = (header.little(UInt64.self, at: 20), header.little(UInt32.self, at: 44))
        guard (1...maximumVersion).contains(version) else { throw DiskImageError(.content, "The VMDK has the unknown version \(version).") }
        guard capacity != 0 else {
            throw DiskImageError(.incomplete, "The VMDK has no capacity: its descriptor would refer to other files.")
        }
        // 4 KiB to 1 MiB; VMware and QEMU write 64 KiB.
        guard (8...2_048).contains(grain), grain & (grain - 1) == 0 else {
            throw DiskImageError(.content, "The VMDK has grains of \(grain) sectors; a power of two from 8 to 2048 is allowed.")
        }
        guard entries == tableEntries else {
            throw DiskImageError(.content, "The VMDK has grain tables of \(entries) entries instead of \(tableEntries).")
        }
    }

    private static func footer(of range: ImageRange, agreeingWith header: HeaderFields) throws(DiskImageError) -> HeaderFields {
        guard range.length.isMultiple(of: sector), range.length >= 4 * sector else {
            throw DiskImageError(.content, "The VMDK ends in the middle of a sector: it is damaged, or was cut short.")
        }
        let footer = try range.fields(512, at: range.length - 2 * sector, of: "VMDK footer")
        guard footer.has(magic), footer.bytes[12..<28] == header.bytes[12..<28] else {
            throw DiskImageError(.content, "The VMDK has no footer that agrees with its header: it is damaged, or was cut short.")
        }
        try check(footer)
        return footer
    }
}
