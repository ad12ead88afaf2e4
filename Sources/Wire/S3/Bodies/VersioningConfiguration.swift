/// The body of PutBucketVersioning.
package struct VersioningConfiguration: S3Body, Equatable {
    package enum Status: String, Sendable {
        case enabled = "Enabled"
        case suspended = "Suspended"
    }

    package static let rootName = "VersioningConfiguration"
    package let status: Status?

    package init(_ fields: S3Fields) throws(S3Error) {
        try fields.allow(["Status", "MfaDelete"])
        status = try fields.word("Status")
        guard try fields.text("MfaDelete") ?? "Disabled" == "Disabled" else {
            throw S3Error(.notImplemented, "MFA delete is not implemented")
        }
    }
}
