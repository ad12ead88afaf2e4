import Domain
import Services
import Wire

/// Launches instances of an image (docs/behaviour/instances.md, "Launching").
struct RunInstances: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:RunInstances") { try await $1.resources(of: $0.request) },
        .tagging(\.tags),
        .passingRole(\.request.profile),
    ]

    private let request: LaunchRequest
    private let tags: [TagSpecification]
    private let refusal: Fault?
    private let clientToken: ClientToken?

    init(from query: QueryReader) throws(RequestError) {
        clientToken = try query.clientToken()
        tags = try query["TagSpecification"]
        let parameters = try LaunchParameters(from: query)
        request = parameters.request
        refusal = parameters.refusal
    }

    func run(in call: Call) async throws -> ReservationItem {
        if let refusal { throw refusal }
        var request = request
        let tags = try tags.tags(forKinds: ["instance", "volume", "network-interface"])
        request.tags = tags["instance"] ?? []
        request.volumeTags = tags["volume"] ?? []
        request.interfaceTags = tags["network-interface"] ?? []
        let launched = try await Instances(call).launch(request, clientToken)
        guard let reservation = Reservation.grouping(launched).first else { preconditionFailure("a launch makes at least one instance") }
        return ReservationItem(reservation: reservation)
    }
}
