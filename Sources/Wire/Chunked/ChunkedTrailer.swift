/// A header that follows the body.
package struct ChunkedTrailer: Sendable, Hashable {
    /// In lower case.
    package let name: String
    /// Without white space around it.
    package let value: String

    package init(name: String, value: String) {
        self.name = name.lowercased()
        self.value = value
    }

    /// The names of an `x-amz-trailer` header, in lower case.
    package static func names(announcedBy header: String?) -> [String] {
        (header ?? "").split(separator: ",")
            .map { String(decoding: $0.utf8.filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self).lowercased() }
            .filter { !$0.isEmpty }
    }
}
