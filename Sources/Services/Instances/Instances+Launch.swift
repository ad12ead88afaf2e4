import Domain
import Foundation
import Metadata

extension Instances {
    private static let launch = RepeatableAction(name: "RunInstances")

    /// Launches instances of an image. They are `pending` until their guests run; their volumes are there when the call is answered. A repeated
    /// call with the same token returns the same instances, as they are now.
    package func launch(_ request: LaunchRequest, _ token: ClientToken?) async throws -> [InstanceDetail] {
        let account = call.account
        let launched = try await call.once(
            Self.launch,
            with: token,
            find: { id, transaction -> [InstanceDetail]? in
                guard let id = ReservationID(rawValue: id) else { return nil }
                let found = try InstanceTable(transaction).instances(of: id, by: account)
                return found.isEmpty ? nil : try InstanceDetail.load(found, in: transaction)
            },
            check: { try await plan(request, token) },
            make: { plan, transaction in
                let made = try plan.make(in: transaction)
                guard let first = made.first else { preconditionFailure("a launch makes at least one instance") }
                return (first.instance.reservation.rawValue, made)
            }
        )
        call.store.instancesWakeup()
        return launched
    }

    /// In the order of checks of docs/behaviour/instances.md, "Launching".
    private func plan(_ request: LaunchRequest, _ token: ClientToken?) async throws -> LaunchPlan {
        try Self.check(request)
        let viewer = try await call.viewer()
        let (image, snapshots) = try await source(of: request, for: viewer)
        let type = try InstanceType.ofLaunch(request.type ?? InstanceType.standardName)
        try type.requireFit(for: image.traits)
        if request.credits != nil, !type.isBurstable {
            throw Fault(.invalidParameterCombination, "CreditSpecification is not supported for the instance type \(type.name).")
        }
        if request.isEBSOptimized == true { try type.requireEBSOptimization() }
        let subnet = try subnet(of: request)
        let planned = try LaunchDevices(image: image, snapshots: snapshots).volumes(request.devices)
        var devices: [LaunchPlan.Device] = []
        for device in planned {
            try VolumeAttachment.checkDevice(device.name)
            devices.append(
                LaunchPlan.Device(
                    name: device.name,
                    plan: try await volume(device, of: request, snapshots, in: subnet.zone),
                    deletesOnTermination: device.deletesOnTermination
                )
            )
        }
        return LaunchPlan(
            request: request,
            call: call,
            viewer: viewer,
            image: image,
            type: type,
            subnet: subnet,
            devices: devices,
            metadata: try request.metadata.new(for: image.traits),
            profile: try await profile(request.profile),
            groupsMax: try await call.quota(.groupsOfInterface),
            vCPUsMax: try await call.quota(.instanceVCPUs),
            token: token?.text
        )
    }

    private static func check(_ request: LaunchRequest) throws {
        for tags in [request.tags, request.volumeTags, request.interfaceTags] { try TagRules.check(tags) }
        try Instance.check(userData: request.userData ?? [])
        guard request.counts.lowerBound >= 1, request.counts.upperBound <= LaunchRequest.countMax else {
            throw Fault(.invalidParameterValue, "From 1 to \(LaunchRequest.countMax) instances can be launched in a call")
        }
        guard request.interface.privateAddress == nil || request.counts.upperBound == 1 else {
            throw Fault(.invalidParameterCombination, "A private address can be given for one instance alone")
        }
    }

    /// The image, its snapshots and those that the request names. Who may launch an image may use what it is made of, through it.
    func source(of request: LaunchRequest, for viewer: Viewer) async throws -> (image: Image, snapshots: [SnapshotID: Snapshot]) {
        if request.image.hasPrefix("resolve:ssm:") {
            throw Fault(
                .unsupportedOperation,
                "ImageId '\(request.image.prefix(128))' refers to a parameter of Systems Manager, which this version of Ferry does not have"
            )
        }
        let (id, now) = (try Images.id(request.image), call.now)
        let named = try request.devices.compactMap(\.volume?.snapshotID).map(Snapshots.id)
        return try await call.store.database.read { transaction in
            let image = try Self.launchable(id, to: viewer, at: now, in: transaction)
            let own = try SnapshotTable(transaction).snapshots(ids: image.snapshotIDs, taggedBy: viewer.account)
            let others = try named.filter { !image.snapshotIDs.contains($0) }
                .map { try Snapshots.visible($0, to: viewer, in: transaction) }
            return (image, Dictionary((own + others).map { ($0.id, $0) }) { first, _ in first })
        }
    }

    /// An image that the caller may launch now.
    static func launchable(_ id: ImageID, to viewer: Viewer, at now: Date, in transaction: Transaction) throws -> Image {
        let image = try Images.visible(id, to: viewer, at: now, in: transaction)
        guard image.state == .available else {
            throw Fault(.invalidImageIDUnavailable, "The image ID '\(id)' cannot be launched: it is \(image.state.rawValue)")
        }
        return image
    }

    private func volume(
        _ device: LaunchDevices.Planned,
        of request: LaunchRequest,
        _ snapshots: [SnapshotID: Snapshot],
        in zone: AvailabilityZone
    ) async throws -> VolumePlan {
        try await Volumes(call).plan(
            VolumeRequest(
                shape: device.shape,
                encryption: device.encryption,
                initializationRate: device.initializationRate,
                tags: request.volumeTags
            ),
            over: device.snapshotID.flatMap { snapshots[$0] },
            in: zone
        )
    }

    /// Where its instances are to be.
    func subnet(of request: LaunchRequest) throws -> DefaultNetwork.Subnet {
        let (network, zones) = (call.network, AvailabilityZone.zones(of: call.region))
        if request.zone != nil, request.zoneID != nil {
            throw Fault(.invalidParameterCombination, "AvailabilityZone and AvailabilityZoneId cannot be used together")
        }
        let zone = try (request.zone ?? request.zoneID).map { name in
            guard let zone = zones.first(where: { request.zone == nil ? $0.id == name : $0.name == name }) else {
                throw Fault(.invalidParameterValue, "Invalid availability zone: [\(name.prefix(64))]")
            }
            return zone
        }
        guard let id = request.interface.subnet else { return zone.flatMap(network.subnet(in:)) ?? network.subnets[0] }
        guard let subnet = NetworkPartID(rawValue: id).flatMap({ network.subnet($0) }) else {
            throw NetworkPartID.Kind.subnet.notFound(String(id.prefix(64)))
        }
        guard zone == nil || zone == subnet.zone else {
            throw Fault(
                .invalidParameterValue,
                "The availability zone '\(zone?.name ?? "")' is not that of the subnet '\(subnet.id)', which is in '\(subnet.zone.name)'"
            )
        }
        return subnet
    }
}
