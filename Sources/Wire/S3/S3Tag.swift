/// A tag of a bucket or of an object.
package struct S3Tag: Sendable, Hashable {
    package let key: String
    package let value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    /// Reads `x-amz-tagging`: `a=b&c=d`, encoded as a query.
    package static func read(header: String) throws(S3Error) -> [S3Tag] {
        let pairs: [(name: String, value: String)]
        do {
            pairs = try FormEncoding.decode(Array(header.utf8))
        } catch {
            throw .invalidArgument(
                "x-amz-tagging",
                header,
                "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query"
            )
        }
        return try checked(pairs.map { S3Tag(key: $0.name, value: $0.value) }, max: S3Limits.objectTagsMax)
    }

    /// The tags, when they obey the rules: so many, each key once, 1 to 128 characters, a value of at most 256, the characters that a tag
    /// may have, no `aws:`.
    package static func checked(_ tags: [S3Tag], max: Int) throws(S3Error) -> [S3Tag] {
        guard tags.count <= max else { throw S3Error(.invalidTag, "There can be at most \(max) tags, and the request has \(tags.count)") }
        guard Set(tags.map(\.key)).count == tags.count else {
            throw S3Error(.invalidTag, "Cannot provide multiple Tags with the same key")
        }
        for tag in tags {
            guard (1...128).contains(tag.key.unicodeScalars.count) else {
                throw S3Error(.invalidTag, "The TagKey you have provided is invalid: it must have 1 to 128 characters")
            }
            guard tag.value.unicodeScalars.count <= 256 else {
                throw S3Error(.invalidTag, "The TagValue you have provided is invalid: it must have at most 256 characters")
            }
            guard isAllowed(tag.key) else {
                throw S3Error(.invalidTag, "The TagKey you have provided is invalid: \(characters)")
            }
            guard isAllowed(tag.value) else {
                throw S3Error(.invalidTag, "The TagValue you have provided is invalid: \(characters)")
            }
            guard !tag.key.lowercased().hasPrefix("aws:") else {
                throw S3Error(.invalidTag, "System tags cannot be added or updated by requester")
            }
        }
        return tags
    }

    private static let characters = "only letters, digits, white space and + - = . _ : / @ are allowed"

    /// Letters, digits and spaces of every script.
    private static func isAllowed(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
            case .decimalNumber, .letterNumber, .otherNumber: true
            case .spaceSeparator, .lineSeparator, .paragraphSeparator: true
            default: "+-=._:/@".unicodeScalars.contains(scalar)
            }
        }
    }
}
