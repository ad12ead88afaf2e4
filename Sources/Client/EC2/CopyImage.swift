import Wire

/// What a copy of an image is asked with, in its destination.
package struct ImageCopyRequest: Sendable {
    package var sourceImageID: String
    package var sourceRegion: String
    package var name: String
    package var details: String?
    package var copyTags: Bool
    /// Whether the copy is to be encrypted; without, it is as its source and the account's settings say.
    package var isEncrypted = false
    /// The KMS key of the destination, by id, ARN, alias or alias ARN; without, the account's default key there.
    package var kmsKey: String?
    /// The same token gives the same image again, so the call may be repeated.
    package var clientToken: String

    package init(sourceImageID: String, sourceRegion: String, name: String, details: String?, copyTags: Bool, clientToken: String) {
        self.sourceImageID = sourceImageID
        self.sourceRegion = sourceRegion
        self.name = name
        self.details = details
        self.copyTags = copyTags
        self.clientToken = clientToken
    }
}

extension AWSClient {
    /// Starts a copy into `region` and returns the id of the image there, still pending.
    package func copyImage(_ copy: ImageCopyRequest, to region: String) async throws -> String {
        var parameters = [
            ("Name", copy.name), ("SourceImageId", copy.sourceImageID), ("SourceRegion", copy.sourceRegion),
            ("CopyImageTags", "\(copy.copyTags)"), ("ClientToken", copy.clientToken),
        ]
        if let details = copy.details { parameters.append(("Description", details)) }
        if copy.isEncrypted { parameters.append(("Encrypted", "true")) }
        if let key = copy.kmsKey { parameters.append(("KmsKeyId", key)) }
        let answer = try await ec2("CopyImage", parameters, region: region)
        guard let id = answer["imageId"]?.text, !id.isEmpty else {
            throw UnexpectedAnswer(action: "CopyImage", problem: "it has no imageId")
        }
        return id
    }
}
