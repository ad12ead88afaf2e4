/// What a JSON body may measure before it is refused as too large.
package struct JSONLimits: Sendable {
    package var bytes: Int
    /// Objects, arrays and scalars together.
    package var values: Int
    package var depth: Int
    /// The member names on the way to one value, in bytes together: what bounds the report of unread names.
    package var nameBytes: Int

    package init(bytes: Int = 1 << 20, values: Int = 20_000, depth: Int = 32, nameBytes: Int = 4096) {
        self.bytes = bytes
        self.values = values
        self.depth = depth
        self.nameBytes = nameBytes
    }

    /// For requests.
    package static let standard = JSONLimits()
    /// For answers that a client asked for itself, such as a page of ten thousand blocks.
    package static let answer = JSONLimits(bytes: 64 << 20, values: 1_000_000)
}
