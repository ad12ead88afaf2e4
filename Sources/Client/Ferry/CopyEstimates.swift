/// What a copy of an image would be, as its destination says.
package struct RemoteCopyEstimate: Codable, Sendable {
    package struct Obstacle: Codable, Sendable {
        package var code: String
        package var message: String

        enum CodingKeys: String, CodingKey {
            case code = "Code"
            case message = "Message"
        }
    }

    package struct Snapshot: Codable, Sendable {
        package var id: String
        package var sizeGiB: Int
        package var bytes: Int64
        package var bytesToMove: Int64?
        package var isUpperBound: Bool

        enum CodingKeys: String, CodingKey {
            case id = "SnapshotId"
            case sizeGiB = "VolumeSize"
            case bytes = "BytesTotal"
            case bytesToMove = "BytesToMove"
            case isUpperBound = "IsUpperBound"
        }
    }

    /// Bytes of blocks with data, or of the parts of a bundle; absent where the image is not to be seen.
    package var bytes: Int64?
    /// Those of them that the Region does not have; absent where something in the way keeps it from being counted.
    package var bytesToMove: Int64?
    /// Whether it may be less.
    package var isUpperBound: Bool
    /// What came from that Region lately; absent where no copy tells it.
    package var bytesPerSecond: Int64?
    package var seconds: Int64?
    package var snapshots: [Snapshot]
    package var obstacles: [Obstacle]

    enum CodingKeys: String, CodingKey {
        case bytes = "BytesTotal"
        case bytesToMove = "BytesToMove"
        case isUpperBound = "IsUpperBound"
        case bytesPerSecond = "BytesPerSecond"
        case seconds = "Seconds"
        case snapshots = "Snapshots"
        case obstacles = "Obstacles"
    }
}

extension AWSClient {
    /// What a copy into `region` would move, and what stands in its way. Nothing is changed.
    package func estimateCopy(_ copy: ImageCopyRequest, to region: String) async throws -> RemoteCopyEstimate {
        let input = EstimateInput(
            image: copy.sourceImageID,
            region: copy.sourceRegion,
            name: copy.name,
            details: copy.details,
            copiesTags: copy.copyTags,
            // Without, it is as the source and the account's settings say.
            isEncrypted: copy.isEncrypted ? true : nil,
            kmsKey: copy.kmsKey
        )
        return try await json(.ferry, "Ferry", "EstimateImageCopy", input, region: region, as: RemoteCopyEstimate.self)
    }
}

private struct EstimateInput: Encodable {
    var image: String
    var region: String
    var name: String
    var details: String?
    var copiesTags: Bool
    var isEncrypted: Bool?
    var kmsKey: String?

    enum CodingKeys: String, CodingKey {
        case image = "SourceImageId"
        case region = "SourceRegion"
        case name = "Name"
        case details = "Description"
        case copiesTags = "CopyImageTags"
        case isEncrypted = "Encrypted"
        case kmsKey = "KmsKeyId"
    }
}
