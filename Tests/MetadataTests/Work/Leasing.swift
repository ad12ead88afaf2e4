import Domain
import Foundation
import Metadata

extension CopyTable {
    /// Takes the leases of those that wait, as a reconciler does.
    static func lease(
        _ limit: Int,
        of type: TransferType = .standard,
        from source: Region,
        by owner: String,
        at now: Date,
        in transaction: Transaction
    ) throws -> [CopyID] {
        let leases = LeaseTable(.copies, transaction)
        return try CopyTable(transaction).waiting(limit, of: type, from: source, at: now).map(\.id)
            .filter { try leases.take($0.rawValue, Lease(of: owner, at: now), at: now) }
    }
}
