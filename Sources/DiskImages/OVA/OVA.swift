/// An open virtualization archive: a tar with an OVF, the disks that it names, and as a rule a manifest with their digests (DMTF DSP0243).
struct OVA {
    private let file: ImageFile
    private let members: OVAMembers

    init(_ file: ImageFile) throws(DiskImageError) {
        self.file = file
        members = OVAMembers(try TarMembers(file).all())
    }

    /// Whether there is an OVF in the archive, as far as it can be read.
    static func isOne(_ file: ImageFile) throws(DiskImageError) -> Bool {
        var archive = TarMembers(file)
        do throws(DiskImageError) {
            while let member = try archive.next() {
                if OVAMembers.is(member, called: ".ovf") { return true }
            }
        } catch { guard error.kind != .file else { throw error } }
        return false
    }

    /// The disks in the order in which the OVF lists them, each checked as a file of its own would be.
    func disks(accepting accepted: Set<DiskFormat>, mostVirtualBytes most: Int64) throws(DiskImageError) -> [DiskImage] {
        let descriptor = try members.the(".ovf", "OVF")
        let text = try contents(of: descriptor, most: OVALimits.descriptorBytes)
        let digests = try digests(beside: descriptor)
        if let digest = digests[descriptor.name], !digest.matches(text) {
            throw DiskImageError(.content, "The OVF in the OVA does not hash to what its manifest says: the OVA is damaged.")
        }
        var (disks, taken) = ([DiskImage](), Set<String>())
        for listed in try OVFEnvelope(text).disks() {
            switch listed {
            case .empty(let name, let bytes):
                guard (1...UInt64(most)).contains(bytes) else {
                    throw DiskImageError(
                        .size,
                        "The empty disk \(DiskImageError.quoted(name)) has \(bytes) bytes; 1 to \(most) are allowed."
                    )
                }
                let nothing = ImageRange(file, offset: 0, length: 0)
                disks.append(DiskImage(nothing, .raw, virtualBytes: Int64(bytes), member: name, isEmpty: true))
            case .file(let href):
                let member = try members.referred(href, from: descriptor)
                guard taken.insert(member.name).inserted else { throw DiskImageError(.content, "Two disks of the OVF have one file.") }
                disks.append(try disk(member, digests[member.name], accepting: accepted.subtracting([.ova, .raw]), most))
            }
        }
        return disks
    }

    private func disk(_ member: TarMember, _ digest: MemberDigest?, accepting accepted: Set<DiskFormat>, _ most: Int64)
        throws(DiskImageError)
        -> DiskImage
    {
        let shown = DiskImageError.quoted(member.name)
        let range = ImageRange(file, offset: member.offset, length: member.length)
        let format = try range.detectFormat()
        guard accepted.contains(format) else {
            let names = DiskFormat.allCases.filter(accepted.contains).map(\.name).joined(separator: ", ")
            throw DiskImageError(.content, "The disk \(shown) in the OVA is in \(format.name) format; \(names) are accepted.")
        }
        // What QEMU asks of a disk within a file.
        guard member.length.isMultiple(of: 512) else {
            throw DiskImageError(.content, "The disk \(shown) in the OVA ends in the middle of a sector: it is damaged, or was cut short.")
        }
        do throws(DiskImageError) {
            let bytes = try range.layout(of: format).bytes(most: most)
            return DiskImage(range, format, virtualBytes: bytes, member: member.name, digest: digest)
        } catch {
            // What a disk of an OVA refers to is nowhere.
            throw DiskImageError(error.kind == .reference ? .incomplete : error.kind, error.cause).about("In the OVA, the disk \(shown)")
        }
    }

    /// What the manifest says of each member; nothing when there is none.
    private func digests(beside descriptor: TarMember) throws(DiskImageError) -> [String: MemberDigest] {
        guard let manifest = try members.anyOne(".mf", "manifest") else { return [:] }
        var digests: [String: MemberDigest] = [:]
        for line in try OVAManifest.read(try contents(of: manifest, most: OVALimits.manifestBytes)) {
            // Members that were left out, such as companions that a manifest's maker had beside its files.
            guard let name = members.find(line.name, from: descriptor)?.name else { continue }
            // Of several digests the strongest counts.
            if let known = digests[name], known.algorithm >= line.digest.algorithm { continue }
            digests[name] = line.digest
        }
        return digests
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
