import Domain
import Foundation
import Metadata

/// What callers ask of instances: of all that are named, or of none.
extension Instances {
    /// Starts instances that are stopped. Each gets another public address.
    package func start(_ ids: [String]) async throws -> [InstanceStateChange] {
        let (account, now, region, max) = (call.account, call.now, call.region, try await call.quota(.instanceVCPUs))
        let machines = call.store.machines
        let changes = try await change(ids) { instance, transaction in
            let change = try instance.start(at: now)
            guard change.previous == .stopped else { return change }
            if let type = InstanceType.named(instance.type) { try machines.requireRoom(for: 1, of: type, instance.traits) }
            if instance.place.isPublic {
                instance.place.publicAddress = try Self.publicAddress(for: instance.id, at: now, in: region, transaction)
            }
            let added = InstanceType.named(instance.type)?.vCPUs ?? 0
            guard try InstanceTable(transaction).vCPUs(of: account) + added <= max else { throw Quota.tooManyVCPUs(max) }
            return change
        }
        call.store.instancesWakeup()
        return changes
    }

    /// - Parameter force: whether the guests are not asked.
    package func stop(_ ids: [String], force: Bool) async throws -> [InstanceStateChange] {
        let now = call.now
        let changes = try await change(ids) { instance, _ in try instance.stop(force: force, at: now) }
        call.store.instancesWakeup()
        return changes
    }

    /// Those that are terminated stay so, as long as they are described.
    package func terminate(_ ids: [String]) async throws -> [InstanceStateChange] {
        let now = call.now
        let changes = try await change(ids) { instance, _ in try instance.terminate(at: now) }
        call.store.instancesWakeup()
        return changes
    }

    package func reboot(_ ids: [String]) async throws {
        let now = call.now
        _ = try await change(ids) { instance, _ in try instance.reboot(at: now) }
        call.store.instancesWakeup()
    }

    package func setMonitored(_ isOn: Bool, _ ids: [String]) async throws -> [InstanceID] {
        try await change(ids) { instance, _ in
            instance.isMonitored = isOn
            return instance.id
        }
    }

    /// In the order in which the ids were given.
    private func change<Value: Sendable>(
        _ texts: [String],
        _ body: @escaping @Sendable (inout Instance, Transaction) throws -> Value
    ) async throws -> [Value] {
        guard !texts.isEmpty else { throw Fault(.missingParameter, "The request must contain the parameter InstanceId") }
        let (ids, account) = (try Self.ids(texts), call.account)
        let order = Dictionary(texts.enumerated().map { ($1, $0) }) { first, _ in first }
        return try await call.commit { transaction in
            let table = InstanceTable(transaction)
            return try Self.own(ids, of: account, in: transaction)
                .sorted { order[$0.id.rawValue] ?? 0 < order[$1.id.rawValue] ?? 0 }
                .map { found in
                    var instance = found
                    let value = try body(&instance, transaction)
                    if instance != found { try table.update(instance) }
                    return value
                }
        }
    }
}
