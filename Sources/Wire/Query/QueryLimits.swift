/// What a query request may measure before it is refused as too large.
package struct QueryLimits: Sendable {
    /// The encoded form as sent.
    package var bytes: Int
    package var parameters: Int
    /// The decoded name of one parameter, in bytes.
    package var nameBytes: Int
    /// Parts of a name between its dots.
    package var depth: Int

    package init(bytes: Int = 1 << 20, parameters: Int = 20_000, nameBytes: Int = 512, depth: Int = 12) {
        self.bytes = bytes
        self.parameters = parameters
        self.nameBytes = nameBytes
        self.depth = depth
    }

    package static let standard = QueryLimits()
    /// The largest `N` in `Name.N`: lists may be sparse, so the index itself is not bounded by the count.
    package static let largestListIndex = 1_000_000
}
