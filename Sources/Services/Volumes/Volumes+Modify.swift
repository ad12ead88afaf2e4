import Domain
import Foundation
import Metadata

extension Volumes {
    /// Begins to change a volume's size, type or performance. The reconciler of what the clock drives does the rest.
    package func modify(_ id: String, _ request: VolumeShapeRequest) async throws -> VolumeModification {
        let (id, account, now) = (try Self.id(id), call.account, call.now)
        let seconds = TimeInterval(call.deployment.volumeOptimizationMinutes) * 60
        // What the type of the volume will be is known when it is read.
        var quotas: [VolumeType: VolumeQuotas] = [:]
        for type in VolumeType.allCases where request.type == nil || request.type == type {
            quotas[type] = try await call.volumeQuotas(type)
        }
        let inForce = quotas
        return try await call.commit { transaction in
            let volume = try Self.own(id, of: account, in: transaction)
            let table = VolumeModificationTable(transaction)
            try table.deleteOld(of: id, before: now.addingTimeInterval(-VolumeModification.window))
            let modification = try VolumeModification.begin(
                request,
                of: volume,
                after: table.all(of: id),
                optimizingFor: seconds,
                at: now
            )
            try inForce[modification.target.type]?.requireRoom(for: modification.target, insteadOf: volume.shape, in: transaction)
            try table.insert(modification)
            return modification
        }
    }

    /// The latest modification of each of the caller's volumes that were modified, ordered by volume.
    package func modifications(_ query: VolumeQuery) async throws -> Page<VolumeModification> {
        try FilterRules.check(query.filters, names: VolumeModification.filterNames)
        let (account, database) = (call.account, call.store.database)
        guard query.ids.isEmpty else {
            let ids = try await named(query.ids).map(\.id)
            let found = try await database.read { transaction in
                try ids.map { id in
                    guard let last = try VolumeModificationTable(transaction).last(of: id) else {
                        throw Fault(.invalidVolumeModificationNotFound, "Modification for volume '\(id)' does not exist.")
                    }
                    return last
                }
            }
            return Page(elements: try found.filter { try $0.matches(query.filters) }, nextToken: nil)
        }
        return try await query.page.collect(
            token: call.pageToken(for: "DescribeVolumesModifications"),
            place: \.volume.rawValue,
            batch: { after, limit in
                try await database.read {
                    try VolumeModificationTable($0).page(of: account, after: after.flatMap(VolumeID.init(rawValue:)), limit: limit)
                }
            },
            where: { try $0.matches(query.filters) }
        )
    }

    /// Takes modifications to their next state, at most `limit`.
    ///
    /// - Returns: those that have changed.
    static func advanceModifications(at now: Date, limit: Int, in transaction: Transaction) throws -> [VolumeModification] {
        let table = VolumeModificationTable(transaction)
        return try table.due(at: now, limit: limit).map { due in
            var modification = due
            if modification.state == .modifying {
                modification.apply()
                try VolumeTable(transaction).setShape(modification.target, of: modification.volume)
            }
            modification.complete(at: now)
            try table.update(modification)
            return modification
        }
    }
}
