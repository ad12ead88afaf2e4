import Domain
import Services
import Wire

/// Launches instances of an image (docs/behaviour/instances.md, "Launching").
struct RunInstances: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:RunInstances") { try await $0.resources(in: $1) },
        .tagging(\.tags),
        Permission<Self>("iam:PassRole") { action, call in
            try await [Instances(call).role(passedBy: action.request.profile)].compactMap(\.self)
        }.adding { _, _ in ["iam:passedtoservice": ["ec2.amazonaws.com"]] },
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

    private func resources(in call: Call) async throws -> [PolicyResource] {
        let interface = request.interface
        var groups: [PolicyResource] = []
        for id in interface.groupIDs { groups.append(try await call.securityGroup(.id(id))) }
        for name in interface.groupNames { groups.append(try await call.securityGroup(.name(name))) }
        if groups.isEmpty { groups.append(call.securityGroup(call.network.securityGroup.rawValue)) }
        let vpc = call.networkPart(.vpc, call.network.vpc.rawValue).description
        let subnet = call.networkPart(.subnet, interface.subnet ?? "*")
        return [
            call.image(request.image), plannedInstance(in: call), subnet, call.volume("*").planned(["ec2:availabilityzone": request.zone]),
            call.task("network-interface", "*").planned([
                "ec2:availabilityzone": request.zone, "ec2:subnet": interface.subnet.map { _ in subnet.description }, "ec2:vpc": vpc,
            ]),
        ] + groups + (request.key.map { [call.keyPair($0)] } ?? [])
            + request.devices.compactMap(\.volume?.snapshotID).map { call.snapshot($0) }
    }

    private func plannedInstance(in call: Call) -> PolicyResource {
        var profile: String?
        if case .arn(let arn)? = request.profile { profile = arn }
        return call.instance("*").planned([
            "ec2:availabilityzone": request.zone, "ec2:ebsoptimized": String(request.isEBSOptimized ?? false),
            "ec2:instanceprofile": profile, "ec2:instancetype": request.type ?? InstanceType.standardName,
            "ec2:metadatahttpputresponsehoplimit": request.metadata.hopLimit.map(String.init),
            "ec2:metadatahttptokens": request.metadata.requiresToken.map { $0 ? "required" : "optional" },
            "ec2:rootdevicetype": "ebs", "ec2:tenancy": "default",
        ])
    }
}
