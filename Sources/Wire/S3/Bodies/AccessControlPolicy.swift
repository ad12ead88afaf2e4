/// The body of PutBucketAcl and PutObjectAcl.
package struct AccessControlPolicy: S3Body, Equatable {
    /// Told by its elements: the `xsi:type` beside them says the same.
    package enum Grantee: Sendable, Hashable {
        case user(id: String)
        case email(String)
        /// A URI such as `http://acs.amazonaws.com/groups/global/AllUsers`.
        case group(uri: String)
    }

    package enum Permission: String, Sendable, Hashable, CaseIterable {
        case read = "READ"
        case write = "WRITE"
        case readACL = "READ_ACP"
        case writeACL = "WRITE_ACP"
        case fullControl = "FULL_CONTROL"
    }

    package struct Grant: Sendable, Hashable {
        package let grantee: Grantee
        package let permission: Permission
    }

    package static let rootName = "AccessControlPolicy"
    package let ownerID: String?
    /// At most 100.
    package let grants: [Grant]

    package init(_ fields: S3Fields) throws(S3Error) {
        try fields.allow(["Owner", "AccessControlList"])
        let owner = fields.child("Owner")
        try owner?.allow(["ID", "DisplayName"])
        ownerID = try owner?.text("ID")
        let list = try fields.required("AccessControlList")
        try list.allow(many: ["Grant"])
        var grants: [Grant] = []
        for child in list.children("Grant") { grants.append(try Grant(child)) }
        guard grants.count <= 100 else { throw S3Error(.malformedACL, "An access control list has at most 100 grants") }
        self.grants = grants
    }
}

extension AccessControlPolicy.Grant {
    init(_ fields: S3Fields) throws(S3Error) {
        try fields.allow(["Grantee", "Permission"])
        guard let permission: AccessControlPolicy.Permission = try fields.word("Permission") else {
            throw .malformedXML("a Grant needs a Permission")
        }
        let grantee = try fields.required("Grantee")
        try grantee.allow(["ID", "DisplayName", "EmailAddress", "URI"])
        switch (try grantee.text("ID"), try grantee.text("EmailAddress"), try grantee.text("URI")) {
        case (let id?, nil, nil): self.grantee = .user(id: id)
        case (nil, let email?, nil): self.grantee = .email(email)
        case (nil, nil, let uri?): self.grantee = .group(uri: uri)
        default: throw .malformedXML("a Grantee must have an ID, an EmailAddress or a URI")
        }
        self.permission = permission
    }
}
