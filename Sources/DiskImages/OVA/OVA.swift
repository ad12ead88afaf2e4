/// An open virtualization archive: a tar with an OVF, the disks that it names, and as a rule a manifest with their digests (DMTF DSP0243).
struct OVA {
    private let file: ImageFile
    private let members: [TarMember]

    init(_ file: ImageFile) throws(DiskImageError) {
        self.file = file
        members = try TarMembers(file).all()
    }

    /// The disks in the order in which the OVF lists them, each checked as a file of its own would be.
    func disks(mostVirtualBytes most: Int64) throws(DiskImageError) -> [DiskImage] {
        let descriptor = try the(".ovf", "OVF")
        let text = try contents(of: descriptor, most: OVALimits.descriptorBytes)
        let digests = try manifest()
        if let digest = digests[descriptor.name], !digest.matches(text) {
            throw DiskImageError(.content, "The OVF in the OVA does not hash to what its manifest says: the OVA is damaged.")
        }
        var disks: [DiskImage] = []
        for name in try OVFEnvelope(text).diskFiles() {
            let shown = DiskImageError.quoted(name)
            guard let member = members.first(where: { $0.name == name }) else {
                throw DiskImageError(.reference, "The OVF refers to \(shown), which is not in the OVA.")
            }
            let range = ImageRange(file, offset: member.offset, length: member.length)
            let format = try range.detectFormat()
            guard [.vmdk, .vhd, .vhdx].contains(format) else {
                throw DiskImageError(.format, "The disk \(shown) in the OVA is in \(format.name) format; VMDK, VHD, VHDX are accepted.")
            }
            // What QEMU asks of a disk within a file.
            guard member.length.isMultiple(of: 512) else {
                throw DiskImageError(
                    .content,
                    "The disk \(shown) in the OVA ends in the middle of a sector: it is damaged, or was cut short."
                )
            }
            let bytes: Int64
            do { bytes = try range.virtualBytes(of: format, most: most) } catch {
                throw DiskImageError(error.kind, "In the OVA, the disk \(shown): \(error.cause)")
            }
            disks.append(
                DiskImage(
                    path: file.path,
                    format: format,
                    offset: member.offset,
                    length: member.length,
                    virtualBytes: bytes,
                    member: name,
                    digest: digests[name]
                )
            )
        }
        return disks
    }

    /// What the manifest says of each file; nothing when there is none.
    private func manifest() throws(DiskImageError) -> [String: MemberDigest] {
        guard members.contains(where: { $0.name.lowercased().hasSuffix(".mf") }) else { return [:] }
        return try OVAManifest.read(try contents(of: try the(".mf", "manifest"), most: OVALimits.manifestBytes))
    }

    /// The one member whose name ends so: a second would leave open which of them counts.
    private func the(_ suffix: String, _ what: String) throws(DiskImageError) -> TarMember {
        let found = members.filter { $0.name.lowercased().hasSuffix(suffix) }
        guard found.count == 1 else {
            throw DiskImageError(.format, "The file is a tar archive with \(found.count) files \(suffix): an OVA has one \(what).")
        }
        return found[0]
    }

    private func contents(of member: TarMember, most: Int64) throws(DiskImageError) -> [UInt8] {
        guard member.length <= most else {
            throw DiskImageError(
                .size,
                "The file \(DiskImageError.quoted(member.name)) in the OVA has \(member.length) bytes, and \(most) are allowed."
            )
        }
        return try file.read(Int(member.length), at: member.offset)
    }
}

/// What an OVA may measure besides its disks.
enum OVALimits {
    static let members = 256
    static let disks = 64
    static let descriptorBytes: Int64 = 1 << 20
    static let manifestBytes: Int64 = 256 << 10
    static let extendedHeaderBytes: Int64 = 64 << 10
}
