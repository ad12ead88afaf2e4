import Domain
import Foundation
import Metadata

/// What CreateVolume is asked for.
package struct VolumeRequest: Sendable {
    package var zone: String?
    package var zoneID: String?
    package var snapshotID: String?
    package var shape: VolumeShapeRequest
    package var encryption: EncryptionRequest
    package var initializationRate: Int?
    package var tags: [Tag]

    package init(
        zone: String? = nil,
        zoneID: String? = nil,
        snapshotID: String? = nil,
        shape: VolumeShapeRequest = VolumeShapeRequest(),
        encryption: EncryptionRequest = EncryptionRequest(),
        initializationRate: Int? = nil,
        tags: [Tag] = []
    ) {
        self.zone = zone
        self.zoneID = zoneID
        self.snapshotID = snapshotID
        self.shape = shape
        self.encryption = encryption
        self.initializationRate = initializationRate
        self.tags = tags
    }
}

/// A volume that can be made: all is looked up and checked that needs no transaction.
package struct VolumePlan: Sendable {
    package let zone: AvailabilityZone
    package let snapshotID: SnapshotID?
    package let shape: VolumeShape
    package let encryption: SnapshotEncryption?
    package let initializationRate: Int?
    package let tags: [Tag]
    let account: AccountID
    let quotas: VolumeQuotas
}

extension Volumes {
    private static let creation = RepeatableAction(name: "CreateVolume")

    /// Makes a volume. It is there when the call is answered, however large it is and whatever it is made of; the answer says `creating`, as
    /// EC2's does. A repeated call with the same token returns the same volume, as it is now.
    package func create(_ request: VolumeRequest, _ token: ClientToken?) async throws -> Volume {
        let now = call.now
        return try await call.once(
            Self.creation,
            with: token,
            find: { id, transaction in
                guard let volume = try VolumeTable(transaction).volume(Self.id(id)) else { throw Self.notFound(id) }
                return volume
            },
            check: { try await plan(request) },
            make: { plan, transaction in
                var volume = try Self.make(plan, at: now, in: transaction)
                volume.state = .creating
                return (volume.id.rawValue, volume)
            }
        )
    }

    /// Looks up what a volume is to be made of, and checks that the caller may.
    package func plan(_ request: VolumeRequest) async throws -> VolumePlan {
        let zone = try zone(request)
        var snapshot: Snapshot?
        if let text = request.snapshotID {
            let (id, viewer) = (try Snapshots.id(text), try await call.viewer())
            snapshot = try await call.store.database.read { try Snapshots.visible(id, to: viewer, in: $0) }
        }
        return try await plan(request, over: snapshot, in: zone)
    }

    /// The same over a snapshot that the caller may use, such as one of an image that is launched.
    package func plan(_ request: VolumeRequest, over snapshot: Snapshot?, in zone: AvailabilityZone) async throws -> VolumePlan {
        try TagRules.check(request.tags)
        if let snapshot { try Self.requireUsable(snapshot) }
        let shape = try request.shape.shape(over: snapshot.map { ($0.id, $0.sizeGiB) })
        if let rate = request.initializationRate {
            guard snapshot != nil else {
                throw Fault(.invalidParameterCombination, "The parameter volumeInitializationRate goes with snapshotId alone")
            }
            guard Volume.initializationRates.contains(rate) else {
                throw Fault(.invalidParameterValue, "A volume initialization rate of \(rate) MiB/s is not possible: expected 100 to 300")
            }
        }
        return VolumePlan(
            zone: zone,
            snapshotID: snapshot?.id,
            shape: shape,
            encryption: try await encryption(request.encryption, over: snapshot),
            initializationRate: request.initializationRate,
            tags: request.tags,
            account: call.account,
            quotas: try await call.volumeQuotas(shape.type)
        )
    }

    /// Makes a volume that was planned, in a transaction of whoever needs it.
    package static func make(_ plan: VolumePlan, at now: Date, in transaction: Transaction) throws -> Volume {
        try plan.quotas.requireRoom(for: plan.shape, in: transaction)
        // It may have gone meanwhile.
        let snapshot = try plan.snapshotID.map { id in
            guard let snapshot = try SnapshotTable(transaction).snapshot(id) else { throw Snapshots.notFound(id.rawValue) }
            try requireUsable(snapshot)
            return snapshot
        }
        let volume = Volume(
            id: .random(),
            owner: plan.account,
            zone: plan.zone,
            shape: plan.shape,
            createdAt: now,
            snapshotID: snapshot?.id,
            base: snapshot.flatMap { snapshot in snapshot.root.map { Volume.Base(root: $0, domain: snapshot.encryption?.domain) } },
            encryption: plan.encryption,
            lineage: snapshot?.lineage,
            parentID: snapshot?.id,
            initializationRate: plan.initializationRate,
            tags: plan.tags
        )
        try VolumeTable(transaction).insert(volume)
        try TagTable(transaction).set(plan.tags, on: .volume(volume.id), by: volume.owner)
        return volume
    }

    private static func requireUsable(_ snapshot: Snapshot) throws {
        guard snapshot.state == .completed, snapshot.root != nil else {
            throw Fault(.incorrectState, "Snapshot '\(snapshot.id)' is not completed: it is \(snapshot.state.rawValue)")
        }
        try snapshot.requireStandardTier()
    }

    private func zone(_ request: VolumeRequest) throws -> AvailabilityZone {
        let zones = AvailabilityZone.zones(of: call.region)
        switch (request.zone, request.zoneID) {
        case (nil, nil):
            throw Fault(.missingParameter, "The request must contain the parameter AvailabilityZone or AvailabilityZoneId")
        case (.some, .some):
            throw Fault(.invalidParameterCombination, "AvailabilityZone and AvailabilityZoneId cannot be used together")
        case (let name?, nil):
            guard let zone = zones.first(where: { $0.name == name }) else { throw Self.noZone(name) }
            return zone
        case (nil, let id?):
            guard let zone = zones.first(where: { $0.id == id }) else { throw Self.noZone(id) }
            return zone
        }
    }

    private static func noZone(_ name: String) -> Fault {
        Fault(.invalidZoneNotFound, "The zone '\(name.prefix(64))' does not exist.")
    }

    private func encryption(_ request: EncryptionRequest, over snapshot: Snapshot?) async throws -> SnapshotEncryption? {
        let selection = try await KeySelection(call)
        let isOwn = snapshot?.owner == call.account
        let outcome = try NewVolumeEncryptionRules.outcome(
            request,
            source: snapshot.map { .init(keyARN: $0.encryption?.keyARN, isOwn: isOwn) },
            isOnByDefault: selection.defaults.isOn
        )
        do {
            if let sealed = snapshot?.encryption {
                if isOwn { try await KeySelection.requireUsable(sealed.keyARN, of: call.keyRing, account: call.account) }
                try await KeySelection.refusing { try await call.requireReadable(sealed) }
            }
            return try await selection.encryption(for: outcome)
        } catch let refusal as KeyRefusal {
            throw refusal.fault
        }
    }
}
