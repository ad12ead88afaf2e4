/// A tag of a bucket or of an object.
package struct S3Tag: Sendable, Hashable {
    package let key: String
    package let value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    /// What tags are of: some rules, and the words of them, are others.
    package enum Bearer: Sendable {
        case bucket
        case object

        fileprivate var countMax: Int { self == .bucket ? S3Limits.bucketTagsMax : S3Limits.objectTagsMax }
        fileprivate var countName: String { self == .bucket ? "Bucket tag count" : "Object tags" }
        fileprivate var ofSystem: String {
            self == .bucket ? "System tags cannot be added/updated by requester" : "Your TagKey cannot be prefixed with aws:"
        }
    }

    /// Reads `x-amz-tagging`: `a=b&c=d`, encoded as a query.
    package static func read(header: String) throws(S3Error) -> [S3Tag] {
        let rule =
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates."
        let pairs: [(name: String, value: String)]
        do {
            pairs = try FormEncoding.decode(Array(header.utf8))
        } catch {
            throw .invalidArgument("x-amz-tagging", header, rule)
        }
        // A second `=` would have to be encoded.
        let areWhole = header.split(separator: "&").allSatisfy { $0.utf8.count { $0 == UInt8(ascii: "=") } <= 1 }
        guard areWhole, Set(pairs.map(\.name)).count == pairs.count else { throw .invalidArgument("x-amz-tagging", header, rule) }
        return try checked(pairs.map { S3Tag(key: $0.name, value: $0.value) }, of: .object)
    }

    /// The tags, when they obey the rules: so many, each key once, 1 to 128 characters, a value of at most 256, the characters that a tag
    /// may have, no `aws:`.
    package static func checked(_ tags: [S3Tag], of bearer: Bearer) throws(S3Error) -> [S3Tag] {
        guard tags.count <= bearer.countMax else {
            throw S3Error(.badRequest, "\(bearer.countName) cannot be greater than \(bearer.countMax)")
        }
        var keys: Set<String> = []
        for tag in tags {
            guard keys.insert(tag.key).inserted else { throw invalid("Cannot provide multiple Tags with the same key", tag.key) }
            guard (1...128).contains(tag.key.unicodeScalars.count) else {
                throw invalid("The TagKey you have provided is invalid", tag.key, because: "it must have 1 to 128 characters")
            }
            guard isAllowed(tag.key) else { throw invalid("The TagKey you have provided is invalid", tag.key, because: characters) }
            guard !tag.key.lowercased().hasPrefix("aws:") else { throw invalid(bearer.ofSystem, tag.key) }
            let isShort = tag.value.unicodeScalars.count <= 256
            guard isShort, isAllowed(tag.value) else {
                let reason = isShort ? characters : "it must have at most 256 characters"
                throw invalid("The TagValue you have provided is invalid", tag.key, tag.value, because: reason)
            }
        }
        return tags
    }

    private static func invalid(_ message: String, _ key: String, _ value: String? = nil, because reason: String? = nil) -> S3Error {
        let details = [S3Error.Detail(.tagKey, key)] + (value.map { [S3Error.Detail(.tagValue, $0)] } ?? [])
        return S3Error(.invalidTag, message, details: details, explanation: reason)
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
