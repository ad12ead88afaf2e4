import Domain
import Wire

/// `Tag.N` with a key and a value; a missing value is an empty one.
struct TagParameter: QueryStructure {
    let key: String
    let value: String?

    init(from query: QueryReader) throws(RequestError) {
        key = try query["Key"]
        let text: PossiblyEmpty? = try query["Value"]
        value = text?.text
    }

    var tag: Tag { Tag(key: key, value: value ?? "") }
}

/// `TagSpecification.N`: tags for one kind of the resources that a call makes.
struct TagSpecification: QueryStructure {
    let resourceType: String?
    let tags: [Tag]

    init(from query: QueryReader) throws(RequestError) {
        resourceType = try query["ResourceType"]
        let parameters: [TagParameter] = try query["Tag"]
        tags = parameters.map(\.tag)
    }
}

extension [TagSpecification] {
    /// The tags for each kind; a kind that the call does not make fails the request (docs/behaviour/tags.md, "Tags given with a call").
    func tags(forKinds kinds: [String]) throws -> [String: [Tag]] {
        var tags: [String: [Tag]] = [:]
        for specification in self {
            guard let kind = specification.resourceType else {
                throw Fault(.invalidParameterValue, "Tag specification resource type must have a value")
            }
            guard kinds.contains(kind) else {
                throw Fault(.invalidParameterValue, "'\(kind)' is not a valid taggable resource type for this operation.")
            }
            guard tags[kind] == nil else {
                throw Fault(.invalidParameterValue, "The same resource type may not be specified more than once in tag specifications")
            }
            guard !specification.tags.isEmpty else { throw Fault(.invalidTagKeyMalformed, "Tag specification must have at least one tag") }
            tags[kind] = specification.tags
        }
        return tags
    }
}

/// `<tagSet>` of an answer.
struct TagSet: XMLEncodable {
    let tags: [Tag]

    func write(to xml: inout XMLWriter) {
        xml.list("tagSet", tags) { xml, tag in
            xml.element("key", tag.key)
            xml.element("value", tag.value)
        }
    }

    /// Nothing at all where there are no tags: so EC2 describes images, snapshots, volumes and instances (docs/behaviour/tags.md).
    func writeIfAny(to xml: inout XMLWriter) {
        if !tags.isEmpty { write(to: &xml) }
    }
}
