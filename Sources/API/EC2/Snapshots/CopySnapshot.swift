import Domain
import Services
import Wire

/// Copies a snapshot from another Region, or within one, into the Region that is asked (ami-behaviour.md, section 3.1).
struct CopySnapshot: EC2Action {
    private let sourceRegion: String
    private let sourceSnapshotID: String
    private let description: String
    private let destinationRegion: String?
    private let tags: [TagSpecification]
    private let encryption: EncryptionParameters
    private let destinations: DestinationParameters
    private let completionMinutes: Int?

    init(from query: QueryReader) throws(RequestError) {
        sourceRegion = try query["SourceRegion"]
        sourceSnapshotID = try query["SourceSnapshotId"]
        description = try query.text("Description", lengthMax: Images.descriptionLengthMax)
        destinationRegion = try query["DestinationRegion"]
        tags = try query["TagSpecification"]
        encryption = try EncryptionParameters(from: query)
        destinations = try DestinationParameters(from: query)
        completionMinutes = try query["CompletionDurationMinutes"]
        // SDKs put a URL here that may point anywhere: it is never fetched (clients.md, section 1.4). The call's own signature counts.
        let _: String? = try query["PresignedUrl"]
    }

    func check(in call: Call) async throws { try await Snapshots(call).checkCopy(request(in: call)) }

    func run(in call: Call) async throws -> Answer {
        let request = try request(in: call)
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

    private func request(in call: Call) throws -> SnapshotCopyRequest {
        try destinations.refuseAny()
        if encryption.isEncrypted == false {
            throw Fault(
                .invalidParameterValue,
                "The parameter Encrypted cannot be set to false: leave it out to keep the snapshot as it is"
            )
        }
        try encryption.refuseEncryption()
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
            completionMinutes: completionMinutes
        )
    }
}
