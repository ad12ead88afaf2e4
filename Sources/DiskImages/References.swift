import Files

/// What becomes of the names of other files that stand in a disk.
enum References: Sendable {
    /// They are refused: a stranger would choose files of this machine.
    case refused
    /// They are read, as names beside the file at this path.
    case followed(from: String)

    /// Where the file of a name is.
    func path(of name: String) throws(DiskImageError) -> String {
        guard case .followed(let path) = self else {
            throw DiskImageError(.reference, "The file refers to another one: \(DiskImageError.quoted(name))")
        }
        let plain = name.hasPrefix("file:") ? String(name.dropFirst(5)) : name
        // As QEMU has it, a colon before any slash ends the name of a protocol.
        guard !plain.isEmpty, plain.firstIndex(of: ":").map({ plain[..<$0].contains("/") }) ?? true else {
            throw DiskImageError(.incomplete, "The file refers to \(DiskImageError.quoted(name)), which is no file of this machine.")
        }
        return plain.utf8.first == UInt8(ascii: "/") ? plain : PathText.joined(PathText.folder(of: path), plain)
    }
}

/// The name of a disk below another one.
struct BackingReference {
    let name: String
    /// As QEMU calls it; found out when nil.
    let format: String?
}

/// The disks below one that refers to them, each a layer that shows through where those above hold nothing.
struct BackingChain {
    private static let most = 200

    let disks: [DiskImage]

    /// - Parameter disk: the one on top, at `path`.
    init(below disk: any DiskLayout, at path: String) throws(DiskImageError) {
        var disks: [DiskImage] = []
        var seen: Set = [try ImageFile(opening: path).identity]
        var (next, above) = (disk.backing, path)
        while let reference = next {
            let path = try References.followed(from: above).path(of: reference.name)
            let file = try ImageFile(opening: path)
            guard seen.insert(file.identity).inserted, disks.count < Self.most else {
                throw DiskImageError(.incomplete, "The backing files of the disk go round in a circle, or are more than \(Self.most).")
            }
            do throws(DiskImageError) {
                let range = ImageRange(file)
                let format = try Self.format(reference, range)
                let layout = try range.layout(of: format, .followed(from: path))
                disks.append(
                    DiskImage(range, format, virtualBytes: Int64(clamping: layout.virtualBytes), isTrusted: true, dataFile: layout.dataFile)
                )
                (next, above) = (layout.backing, path)
            } catch { throw error.about("In the backing file \(path)") }
        }
        self.disks = disks
    }

    private static func format(_ reference: BackingReference, _ range: ImageRange) throws(DiskImageError) -> DiskFormat {
        guard let name = reference.format, !name.isEmpty else { return try range.detectFormat() }
        // QEMU's names of a device, or a file, without a format.
        if ["file", "host_device"].contains(name) { return .raw }
        guard let format = DiskFormat.allCases.first(where: { $0.driver == name }) else {
            throw DiskImageError(.format, "Its format is said to be \(DiskImageError.quoted(name)), which is not read.")
        }
        return format
    }
}
