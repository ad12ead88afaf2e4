import Wire

/// A tag of an image or a snapshot.
package struct ResourceTag: Hashable, Sendable, Codable {
    package var key: String
    package var value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    /// Reads `KEY=VALUE`, as the command line takes it; the value may be empty and may hold further equals signs.
    package init?(assignment: String) {
        guard let equals = assignment.firstIndex(of: "="), equals != assignment.startIndex else { return nil }
        key = String(assignment[..<equals])
        value = String(assignment[assignment.index(after: equals)...])
    }

    /// The tag in which Ferry's command line keeps the exact length in bytes of the disk that was pushed: volumes are whole GiB.
    package static let diskBytesKey = "ferry:disk-bytes"

    static func list(in node: XMLNode?) -> [ResourceTag] {
        (node?.children("item") ?? []).map { ResourceTag(key: $0["key"]?.text ?? "", value: $0["value"]?.text ?? "") }
    }
}
