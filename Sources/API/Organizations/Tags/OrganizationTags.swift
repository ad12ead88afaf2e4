import Domain
import Services
import Wire

/// Inside of the service: others have actions of the same names.
extension OrganizationsService {
    struct TagResource: OrganizationsAction {
        static let permissions = [Permission<Self>("organizations:TagResource") { [try await $1.organizationResource($0.resource)] }]
        static let members: [JSONMember] = [.required("ResourceId", .taggableID), .required("Tags", .organizationTags)]

        private let resource: String
        private let tags: [Tag]

        init(from json: JSONReader) throws {
            resource = try json["ResourceId"]
            tags = try json.organizationTags()
        }

        func run(in call: Call) async throws -> EmptyAnswer {
            try await Organizations(call).tag(resource, with: tags)
            return EmptyAnswer()
        }
    }

    struct UntagResource: OrganizationsAction {
        static let permissions = [Permission<Self>("organizations:UntagResource") { [try await $1.organizationResource($0.resource)] }]
        static let members: [JSONMember] = [.required("ResourceId", .taggableID), .required("TagKeys", .organizationTagKeys)]

        private let resource: String
        private let keys: [String]

        init(from json: JSONReader) throws {
            resource = try json["ResourceId"]
            keys = try json["TagKeys"]
        }

        func run(in call: Call) async throws -> EmptyAnswer {
            try await Organizations(call).untag(resource, keys: keys)
            return EmptyAnswer()
        }
    }

    struct ListTagsForResource: OrganizationsAction {
        static let permissions = [
            Permission<Self>("organizations:ListTagsForResource") { [try await $1.organizationResource($0.resource)] }
        ]
        static let members: [JSONMember] = [
            .required("ResourceId", .taggableID), .optional("NextToken", .string(length: 0...100_000)),
        ]

        private let resource: String
        private let page: OnlyPage

        init(from json: JSONReader) throws {
            resource = try json["ResourceId"]
            page = try OnlyPage(from: json)
        }

        func run(in call: Call) async throws -> OrganizationPage<Entry> {
            let tags = try await Organizations(call).tags(of: resource)
            return try page.answer("Tags", tags.map { Entry(tag: $0) })
        }

        struct Entry: JSONEncodable {
            let tag: Tag

            func write(to json: inout JSONWriter) {
                json.member("Key", tag.key)
                json.member("Value", tag.value)
            }
        }
    }
}
