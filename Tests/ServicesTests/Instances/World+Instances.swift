import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

extension World {
    func instances(_ region: Region = World.home, by account: AccountID = World.account) -> Instances {
        Instances(call(region, by: account))
    }

    /// An image that is launched on types of arm64.
    ///
    /// - Parameter hasMachines: whether there is something that would run its guests.
    func launchable(_ name: String = "web", snapshots: [SnapshotID]? = nil, hasMachines: Bool = true) async throws -> ImageID {
        if hasMachines { giveMachines() }
        let disks = if let snapshots { snapshots } else { [try await snapshot([0: 1])] }
        return try await register(name, over: disks)
    }

    /// Lets instances be launched.
    func giveMachines() { store(World.home).machines = RoomyMachines() }

    func launch(
        _ image: ImageID,
        _ counts: ClosedRange<Int> = 1...1,
        token: ClientToken? = nil,
        by account: AccountID = World.account,
        _ change: (inout LaunchRequest) -> Void = { _ in }
    ) async throws -> [InstanceDetail] {
        var request = LaunchRequest()
        (request.image, request.counts, request.type) = (image.rawValue, counts, "t4g.nano")
        change(&request)
        return try await instances(by: account).launch(request, token)
    }

    /// What DescribeInstances finds.
    func described(_ narrow: (inout InstanceQuery) -> Void = { _ in }) async throws -> [InstanceDetail] {
        var query = InstanceQuery()
        narrow(&query)
        return try await instances().describe(query).elements
    }

    func detail(_ id: InstanceID) async throws -> InstanceDetail { try await instances().detail(id.rawValue) }

    /// Does to a row what whoever drives it would do.
    func drive(_ id: InstanceID, _ body: @escaping @Sendable (inout Instance) -> Void) async throws {
        try await store(World.home).database.write { transaction in
            guard var instance = try InstanceTable(transaction).instance(id) else { return }
            body(&instance)
            try InstanceTable(transaction).update(instance)
        }
    }

    /// Has the guest of a launch run.
    func run(_ id: InstanceID) async throws {
        try await drive(id) { $0.started() }
        try await store(World.home).database.write { transaction in
            for volume in try VolumeTable(transaction).volumes(of: id) {
                try Volumes.finishAttaching(volume.id, to: id, in: transaction)
            }
        }
    }
}

/// Runs no guests, and has room for all.
private struct RoomyMachines: MachineViews {
    func consoleOutput(of instance: InstanceID) async throws -> (bytes: [UInt8], at: Date)? {
        ([UInt8](repeating: 7, count: 70_000), Date(timeIntervalSince1970: 9))
    }

    func screenshot(of instance: InstanceID) async throws -> [UInt8] { [0xFF, 0xD8] }

    func requireRoom(for count: Int, of type: InstanceType, _ traits: MachineTraits) throws {}
}
