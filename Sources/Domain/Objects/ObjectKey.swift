/// The key of an object: 1 to 1,024 bytes of UTF-8, ordered by them. Not a path: `a//b` and `a/../b` are keys of their own.
package struct ObjectKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    package static let bytesMax = 1024

    package let text: String

    package init?(_ text: String) {
        guard (1...Self.bytesMax).contains(text.utf8.count) else { return nil }
        self.text = text
    }

    package var bytes: [UInt8] { Array(text.utf8) }
    package var description: String { text }

    package static func < (left: ObjectKey, right: ObjectKey) -> Bool { left.text.utf8.lexicographicallyPrecedes(right.text.utf8) }

    /// Of texts, not of what they look like: S3 compares bytes.
    package static func == (left: ObjectKey, right: ObjectKey) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    package func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }
}
