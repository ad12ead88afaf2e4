/// The body of PutBucketOwnershipControls: one rule.
package struct OwnershipControls: S3Body, Equatable {
    package enum ObjectOwnership: String, Sendable {
        case bucketOwnerEnforced = "BucketOwnerEnforced"
        case bucketOwnerPreferred = "BucketOwnerPreferred"
        case objectWriter = "ObjectWriter"
    }

    package static let rootName = "OwnershipControls"
    package let objectOwnership: ObjectOwnership

    /// Reads `x-amz-object-ownership`, which CreateBucket brings in the place of a document.
    package init(header: String) throws(S3Error) {
        guard let ownership = ObjectOwnership(rawValue: header) else {
            throw .invalidArgument("x-amz-object-ownership", nil, "Invalid x-amz-object-ownership header: \(header.prefix(128))")
        }
        objectOwnership = ownership
    }

    package init(_ fields: S3Fields) throws(S3Error) {
        try fields.allow(["Rule"])
        let rule = try fields.required("Rule")
        try rule.allow(["ObjectOwnership"])
        guard let ownership: ObjectOwnership = try rule.word("ObjectOwnership") else { throw .malformedXML("ObjectOwnership is missing") }
        objectOwnership = ownership
    }
}
