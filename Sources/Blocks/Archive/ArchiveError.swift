/// Why bytes are not an image archive that can be restored, in words for whoever asked for it.
package struct ArchiveError: Error, Hashable, Sendable {
    package enum Code: String, Sendable {
        /// The first bytes are not those of an archive.
        case notAnArchive
        /// An archive of a later version.
        case unknownVersion
        /// A record is not what was written.
        case damaged
        /// A record is as it was written, and no writer writes it so, or not there.
        case malformed
        /// The bytes end before the archive does.
        case cutOff
        /// More than an archive may have.
        case tooLarge
        /// A disk came whole and is not the one that was announced.
        case mismatch
    }

    package let code: Code
    package let message: String
    /// Where the record stands in the archive that is wrong.
    package let offset: UInt64?

    init(_ code: Code, _ message: String, at offset: UInt64? = nil) {
        self.code = code
        self.message = message
        self.offset = offset
    }
}

extension ArchiveError: CustomStringConvertible {
    package var description: String {
        let place = offset.map { " at byte \($0)" } ?? ""
        return switch code {
        case .notAnArchive: "It is not an image archive: \(message)"
        case .unknownVersion: "The image archive cannot be read: \(message)"
        case .damaged: "The image archive is damaged\(place): \(message)"
        case .malformed: "The image archive is not well formed\(place): \(message)"
        case .cutOff: "The image archive is cut off\(place): \(message)"
        case .tooLarge: "The image archive is too large\(place): \(message)"
        case .mismatch: "The image archive does not hold what it announces: \(message)"
        }
    }
}
