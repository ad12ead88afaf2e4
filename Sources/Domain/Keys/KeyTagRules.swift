/// What KMS allows of tags on keys: EC2's rules with KMS's exceptions.
package enum KeyTagRules {
    package static func check(_ tags: [Tag]) throws {
        var keys = Set<String>()
        for tag in tags {
            try checkKey(tag.key)
            guard tag.value.unicodeScalars.count <= TagRules.valueLengthMax else {
                throw Fault(.validationException, "TagValue is longer than \(TagRules.valueLengthMax) characters")
            }
            guard keys.insert(tag.key).inserted else { throw Fault(.kmsTag, "Duplicate tag keys") }
        }
        guard tags.count <= TagRules.countMax else { throw tooMany }
    }

    package static func checkKey(_ key: String) throws {
        guard (1...TagRules.keyLengthMax).contains(key.unicodeScalars.count) else {
            throw Fault(.validationException, "TagKey takes 1 to \(TagRules.keyLengthMax) characters")
        }
        guard !key.lowercased().hasPrefix("aws:") else { throw Fault(.kmsTag, "Tags beginning with aws: are reserved") }
    }

    package static var tooMany: Fault { Fault(.kmsLimitExceeded, "A key can have \(TagRules.countMax) tags") }
}
