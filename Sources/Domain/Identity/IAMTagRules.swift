/// What IAM allows of tags, beyond the lengths that its service model has. Keys that differ in capital letters alone are the same key.
package enum IAMTagRules {
    package static let countMax = 50

    package static func check(_ tags: [Tag]) throws {
        var keys = Set<String>()
        for tag in tags {
            try checkKey(tag.key)
            guard keys.insert(IAMNaming.folded(tag.key)).inserted else {
                throw Fault(.invalidInput, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
            }
        }
    }

    package static func checkKey(_ key: String) throws {
        guard !IAMNaming.folded(key).hasPrefix("aws:") else {
            throw Fault(.invalidInput, "Tag keys that begin with aws: are reserved: '\(key)' cannot be set or removed.")
        }
    }

    /// How many tags a resource has in all.
    package static func checkCount(_ count: Int) throws {
        guard count <= countMax else { throw Fault(.limitExceeded, "The number of tags has reached the maximum limit of \(countMax).") }
    }

    /// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`
    package static func isOfTag(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .spaceSeparator, .lineSeparator,
            .paragraphSeparator, .decimalNumber, .letterNumber, .otherNumber:
            true
        default: "_.:/=+-@".unicodeScalars.contains(scalar)
        }
    }
}
