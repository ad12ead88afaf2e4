import Domain
import Services
import Wire

/// Copies a snapshot from another Region, or within one, into the Region that is asked (docs/behaviour/copying-snapshots.md).
struct CopySnapshot: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:CopySnapshot") { action, call in
            let (id, region) = (action.sourceSnapshotID, action.sourceRegion)
            return [call.snapshot(id, in: region), try await call.plannedCopy(of: id, in: region, action.encryption)]
        },
        .tagging(\.tags),
    ]

    private let sourceRegion: String
    private let sourceSnapshotID: String
    private let description: String
    private let destinationRegion: String?
    private let tags: [TagSpecification]
    private let encryption: EncryptionRequest
    private let destinations: DestinationParameters
    private let completionMinutes: Int?
    private let presignedURL: String?

    init(from query: QueryReader) throws(RequestError) {
        sourceRegion = try query["SourceRegion"]
        sourceSnapshotID = try query["SourceSnapshotId"]
        description = try query.text("Description", lengthMax: Images.descriptionLengthMax)
        destinationRegion = try query["DestinationRegion"]
        tags = try query["TagSpecification"]
        encryption = try EncryptionRequest(from: query)
        destinations = try DestinationParameters(from: query)
        completionMinutes = try query["CompletionDurationMinutes"]
        presignedURL = try query["PresignedUrl"]
    }

    func run(in call: Call) async throws -> Answer {
        let request = try await request(in: call)
        return Answer(snapshotID: try await Snapshots(call).copy(request), tags: request.tags)
    }

    struct Answer: XMLEncodable {
        let snapshotID: SnapshotID
        let tags: [Tag]

        func write(to xml: inout XMLWriter) {
            xml.element("snapshotId", snapshotID.rawValue)
            TagSet(tags: tags).write(to: &xml)
        }
    }

    private func proof(in call: Call) async throws -> SourceProof {
        guard let presignedURL else { return .missing }
        let url = PresignedCopyURL(text: presignedURL, sourceRegion: sourceRegion, sourceSnapshotID: sourceSnapshotID)
        return try await url.verify(for: call)
    }

    private func request(in call: Call) async throws -> SnapshotCopyRequest {
        try destinations.refuseAny()
        if let destinationRegion, destinationRegion != call.region.rawValue {
            throw Fault(
                .invalidParameterValue,
                "Invalid value '\(destinationRegion)' for destinationRegion. The call was made in \(call.region)"
            )
        }
        if let completionMinutes { try CopyLimits.checkDuration(minutes: completionMinutes, parameter: "CompletionDurationMinutes") }
        return SnapshotCopyRequest(
            sourceRegion: sourceRegion,
            sourceSnapshotID: sourceSnapshotID,
            description: description,
            tags: try tags.tags(forKinds: ["snapshot"])["snapshot"] ?? [],
            completionMinutes: completionMinutes,
            encryption: encryption,
            proof: try await proof(in: call)
        )
    }
}
