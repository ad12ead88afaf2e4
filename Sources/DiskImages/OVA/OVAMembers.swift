/// The files of an OVA by the names that its OVF and its manifest have for them.
///
/// A name in an OVF is a URI reference (RFC 3986), and its base is where the OVF stands: archives are often made anew with a folder in front
/// of all names. Names are compared as people read them, so it does not matter how a system composes its accents.
struct OVAMembers {
    private let members: [TarMember]

    init(_ members: [TarMember]) { self.members = members }

    /// macOS puts a companion `._NAME` beside a file that has attributes.
    static func `is`(_ member: TarMember, called suffix: String) -> Bool {
        member.isFile && member.name.lowercased().hasSuffix(suffix) && member.name.split(separator: "/").last?.hasPrefix("._") == false
    }

    /// The one member whose name ends so: a second would leave open which of them counts.
    func the(_ suffix: String, _ what: String) throws(DiskImageError) -> TarMember {
        guard let found = try anyOne(suffix, what) else {
            throw DiskImageError(.format, "The file is a tar archive with 0 files \(suffix): an OVA has one \(what).")
        }
        return found
    }

    /// The same, where there may be none.
    func anyOne(_ suffix: String, _ what: String) throws(DiskImageError) -> TarMember? {
        let found = members.filter { Self.is($0, called: suffix) }
        guard found.count <= 1 else {
            throw DiskImageError(.format, "The file is a tar archive with \(found.count) files \(suffix): an OVA has one \(what).")
        }
        return found.first
    }

    /// The file that an OVF refers to.
    func referred(_ href: String, from base: TarMember) throws(DiskImageError) -> TarMember {
        let shown = DiskImageError.quoted(href)
        let found = candidates(href, from: base)
        guard found.count <= 1 else {
            throw DiskImageError(.content, "The OVF refers to \(shown), and two files of the OVA are called so.")
        }
        guard let member = found.first else { throw DiskImageError(.incomplete, "The OVF refers to \(shown), which is not in the OVA.") }
        guard member.isFile else {
            throw DiskImageError(.content, "The OVF refers to \(shown), which is a link in the OVA: links are not read.")
        }
        return member
    }

    func find(_ name: String, from base: TarMember) -> TarMember? {
        let found = candidates(name, from: base)
        return found.count == 1 ? found[0] : nil
    }

    /// As a URI reference, and as the plain name that some makers write.
    private func candidates(_ reference: String, from base: TarMember) -> [TarMember] {
        let folder = base.name.split(separator: "/").dropLast()
        let names = [Self.percentDecoded(reference), reference].compactMap { $0 }.compactMap { Self.resolved($0, in: folder) }
        return members.filter { names.contains($0.name) }
    }

    /// Nil for what leads out of the archive.
    private static func resolved(_ reference: String, in folder: ArraySlice<Substring>) -> String? {
        // With a scheme, or from the root of another system's names.
        guard !reference.hasPrefix("/"), reference.firstIndex(of: ":").map({ reference[..<$0].contains("/") }) ?? true else { return nil }
        var parts = Array(folder)
        for part in reference.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.joined(separator: "/")
    }

    /// Nil for what is no UTF-8 in percent encoding.
    private static func percentDecoded(_ text: String) -> String? {
        var (bytes, rest) = ([UInt8](), text.utf8[...])
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
