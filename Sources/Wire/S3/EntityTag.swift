import Hexadecimal

/// The ETag of an object: the MD5 of its bytes, or of the MD5s of its parts with their number.
package struct EntityTag: Sendable, Hashable {
    /// Without quotation marks.
    package let value: String

    /// `"9bb58f26192e4ba00f01e2e7b136bbd8"`: as headers and XML carry it.
    package var quoted: String { "\"\(value)\"" }

    package init(value: String) {
        self.value = value
    }

    /// The tag of an object that came in one piece.
    package init(md5: [UInt8]) {
        value = Hex.encode(md5)
    }

    /// `<hex>-N`: the tag of an object that came in parts.
    ///
    /// - Parameter parts: the MD5 of each, 16 bytes.
    package init(partMD5s parts: some Collection<[UInt8]>) {
        var digest = MD5Digest()
        for part in parts { digest.update(part) }
        value = "\(Hex.encode(digest.finish()))-\(parts.count)"
    }

    /// Reads a tag with or without its quotation marks, as clients send both.
    package init(text: String) {
        let isQuoted = text.utf8.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
        value = isQuoted ? String(text.dropFirst().dropLast()) : text
    }
}
