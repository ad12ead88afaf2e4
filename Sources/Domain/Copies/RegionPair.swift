/// The way from one Region into another: bytes that go back are another pair.
package struct RegionPair: Hashable, Sendable, CustomStringConvertible {
    package let source: Region
    package let destination: Region

    package init(from source: Region, into destination: Region) {
        self.source = source
        self.destination = destination
    }

    package var description: String { "\(source):\(destination)" }
}
