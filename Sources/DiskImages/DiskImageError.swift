/// Why a disk image is refused or could not be converted.
package struct DiskImageError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// Not in a format that was asked for or is read.
        case format
        /// It needs bytes of another file, which are read for those who trust it (``DiskImage/inspect(_:as:accepting:named:following:mostVirtualBytes:)``).
        case reference
        /// It needs bytes of another file in a way that is not read.
        case incomplete
        /// Damaged, cut short, or laid out in a way that is not read.
        case content
        /// Larger than is allowed.
        case size
        /// The file could not be read, or the product not written.
        case file
        /// qemu-img is not installed.
        case tool
        /// qemu-img failed.
        case conversion
        /// The disk would fill up.
        case room
    }

    package let kind: Kind
    /// A sentence. It names no path of this machine but in ``Kind/file``, ``Kind/tool``, and of files that were followed.
    package let cause: String

    package init(_ kind: Kind, _ cause: String) {
        self.kind = kind
        self.cause = cause
    }

    package var description: String { cause }

    /// Something that a disk's metadata names would stand behind the end of its file.
    static func cut(_ format: String, before what: String) -> DiskImageError {
        DiskImageError(.content, "The \(format) ends before its \(what) do: it is damaged, or was cut short.")
    }

    /// The same error about a part of something larger.
    func about(_ part: String) -> DiskImageError { DiskImageError(kind, "\(part): \(cause)") }

    /// A text from outside, made fit to stand in a cause: short and without control characters.
    static func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(80).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : String($0) }.joined()
        return "\"\(shown)\"" + (text.unicodeScalars.count > 80 ? "…" : "")
    }
}
