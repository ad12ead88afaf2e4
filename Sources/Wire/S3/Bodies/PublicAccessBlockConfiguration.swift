/// The body of PutPublicAccessBlock; what is left out is off.
package struct PublicAccessBlockConfiguration: S3Body, Equatable {
    package static let rootName = "PublicAccessBlockConfiguration"
    package let blockPublicACLs: Bool
    package let ignorePublicACLs: Bool
    package let blockPublicPolicy: Bool
    package let restrictPublicBuckets: Bool

    package init(_ fields: S3Fields) throws(S3Error) {
        try fields.allow(["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"])
        blockPublicACLs = try fields.flag("BlockPublicAcls") ?? false
        ignorePublicACLs = try fields.flag("IgnorePublicAcls") ?? false
        blockPublicPolicy = try fields.flag("BlockPublicPolicy") ?? false
        restrictPublicBuckets = try fields.flag("RestrictPublicBuckets") ?? false
    }
}
