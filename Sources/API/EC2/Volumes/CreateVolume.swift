import Domain
import Services
import Wire

/// Makes an empty volume, or one of a snapshot (docs/behaviour/volumes.md).
struct CreateVolume: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:CreateVolume") { action, call in
            [try await call.plannedVolume(action.request)] + (action.request.snapshotID.map { [call.snapshot($0)] } ?? [])
        },
        .tagging(\.tags),
    ]

    private let request: VolumeRequest
    private let tags: [TagSpecification]
    private let outpost: String?
    private let operatorPrincipal: String?
    private let clientToken: ClientToken?

    init(from query: QueryReader) throws(RequestError) {
        request = VolumeRequest(
            zone: try query["AvailabilityZone"],
            zoneID: try query["AvailabilityZoneId"],
            snapshotID: try query["SnapshotId"],
            shape: try query.volumeShape(),
            encryption: try EncryptionRequest(from: query),
            initializationRate: try query["VolumeInitializationRate"]
        )
        tags = try query["TagSpecification"]
        outpost = try query["OutpostArn"]
        operatorPrincipal = try query["Operator.Principal"]
        clientToken = try query.clientToken()
    }

    func run(in call: Call) async throws -> VolumeItem {
        try OutpostParameters.refuse(outpost)
        guard operatorPrincipal == nil else {
            throw Fault(
                .unsupportedOperation,
                "The parameter Operator is not supported: it is reserved for services of AWS, which manage nothing here"
            )
        }
        var request = request
        request.tags = try tags.tags(forKinds: ["volume"])["volume"] ?? []
        return VolumeItem(volume: try await Volumes(call).create(request, clientToken))
    }
}
