/// The body of DeleteObjects.
package struct DeletionRequest: S3Body, Equatable {
    package struct Object: Sendable, Equatable {
        package let key: String
        package let versionID: String?
        /// Delete only this one.
        package let tag: EntityTag?
    }

    package static let rootName = "Delete"
    /// Whether only failures are to be answered.
    package let isQuiet: Bool
    /// 1 to 1,000.
    package let objects: [Object]

    package init(_ fields: S3Fields) throws(S3Error) {
        try fields.allow(["Quiet"], many: ["Object"])
        isQuiet = try fields.flag("Quiet") ?? false
        var objects: [Object] = []
        for child in fields.children("Object") {
            try child.allow(["Key", "VersionId", "ETag"])
            let key = try child.requiredText("Key")
            guard !key.isEmpty else { throw .malformedXML("a Key to delete is empty") }
            objects.append(Object(key: key, versionID: try child.text("VersionId"), tag: try child.text("ETag").map(EntityTag.init(text:))))
        }
        guard (1...S3Limits.keysPerCallMax).contains(objects.count) else {
            throw .malformedXML("there must be 1 to \(S3Limits.keysPerCallMax) objects to delete")
        }
        self.objects = objects
    }
}
