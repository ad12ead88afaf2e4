/// What KMS allows of tags on keys, beyond the lengths that its service model has.
package enum KeyTagRules {
    package static func check(_ tags: [Tag]) throws {
        var keys = Set<String>()
        for tag in tags {
            try checkKey(tag.key)
            guard keys.insert(tag.key).inserted else { throw Fault(.kmsTag, "Duplicate tag keys") }
        }
        try checkCount(tags.count)
    }

    package static func checkKey(_ key: String) throws {
        guard !key.lowercased().hasPrefix("aws:") else { throw Fault(.kmsTag, "Tags beginning with aws: are reserved") }
    }

    /// How many tags a key has in all.
    package static func checkCount(_ count: Int) throws {
        guard count <= TagRules.countMax else { throw Fault(.kmsTag, "Too many tags") }
    }
}
