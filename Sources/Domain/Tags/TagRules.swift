/// What EC2 allows of tags (docs/behaviour/tags.md, "Limits").
package enum TagRules {
    package static let countMax = 50
    package static let keyLengthMax = 128
    package static let valueLengthMax = 256

    /// Checks the tags of one request: well-formed keys and values, and no key twice.
    package static func check(_ tags: [Tag]) throws {
        var keys = Set<String>()
        for tag in tags {
            try checkKey(tag.key)
            guard tag.value.unicodeScalars.count <= valueLengthMax else {
                throw Fault(.invalidParameterValue, "Tag value exceeds the maximum length of \(valueLengthMax) characters")
            }
            guard keys.insert(tag.key).inserted else {
                throw Fault(.invalidParameterValue, "Duplicate tag key '\(tag.key)' specified.")
            }
        }
        guard tags.count <= countMax else { throw tooMany }
    }

    package static func checkKey(_ key: String) throws {
        guard !key.isEmpty else { throw Fault(.invalidParameterValue, "Tag key cannot be empty.") }
        guard key.unicodeScalars.count <= keyLengthMax else {
            throw Fault(.invalidParameterValue, "Tag key exceeds the maximum length of \(keyLengthMax) characters")
        }
        guard !key.lowercased().hasPrefix("aws:") else {
            throw Fault(.invalidParameterValue, "Tag keys starting with 'aws:' are reserved for internal use")
        }
    }

    /// Puts `added` over `existing`: an added tag replaces the one of the same key.
    package static func merge(_ existing: [Tag], with added: [Tag]) throws -> [Tag] {
        let replaced = Set(added.map(\.key))
        let merged = existing.filter { !replaced.contains($0.key) } + added
        guard merged.count <= countMax else { throw tooMany }
        return merged
    }

    private static var tooMany: Fault {
        Fault(.tagLimitExceeded, "The maximum number of tags for a resource has been reached: \(countMax)")
    }
}
