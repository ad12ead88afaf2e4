import Domain
import Foundation
import Logging
import Metadata

extension InstanceDrive {
    /// How often it is tried to begin an image, while the guest waits.
    private static let imageTries = 5

    /// Saves what becomes of an instance whose guest is off, and begins the image that waits for that, of what the volumes hold now.
    ///
    /// One that cannot be begun fails: the instance goes on.
    func saveAtRest(_ change: @escaping @Sendable (inout Instance, Transaction) throws -> Void = { _, _ in }) async throws {
        while true {
            let id = id
            let wish = try await tools.store.database.read { try InstanceTable($0).instance(id)?.pendingImage }
            // The wish may come, or go, until the row is written.
            if try await save(change, beginning: wish) { break }
        }
        imageFailures = 0
        tools.store.jobsWakeup()
    }

    private func save(
        _ change: @escaping @Sendable (inout Instance, Transaction) throws -> Void,
        beginning wish: ImageID?
    ) async throws -> Bool {
        guard let wish else { return try await save(change, ifWish: nil) { _ in } }
        let now = tools.now
        do {
            let volumes = try await tools.store.database.read { try Images.volumes(awaitedBy: wish, in: $0) }
            let isSaved = try await tools.disks.withPoints(of: volumes) { points in
                try await save(change, ifWish: wish) { try Images.begin(wish, at: points, at: now, in: $0) }
            }
            if isSaved { logger.info("Took the volumes of an instance for its image", metadata: ["image": "\(wish)"]) }
            return isSaved
        } catch let error where !(error is NoLongerWanted || error is CancellationError || Task.isCancelled) {
            let failure = JobFailure(error, in: tools.store.region)
            imageFailures += 1
            if failure.isTemporary, imageFailures < Self.imageTries { throw error }
            logger.warning("An image of an instance could not be begun", metadata: .error(error, ["image": "\(wish)"]))
            return try await save(change, ifWish: wish) { try Images.giveUp(wish, for: failure.reason, in: $0) }
        }
    }

    /// - Returns: false, with nothing saved, when the wish is another by now.
    private func save(
        _ change: @escaping @Sendable (inout Instance, Transaction) throws -> Void,
        ifWish wish: ImageID?,
        _ begin: @escaping @Sendable (Transaction) throws -> Void
    ) async throws -> Bool {
        let (id, now) = (id, tools.now)
        return try await lease.save { transaction in
            guard var instance = try InstanceTable(transaction).instance(id) else { throw NoLongerWanted() }
            guard instance.pendingImage == wish else { return false }
            try begin(transaction)
            instance.imaged(at: now)
            try change(&instance, transaction)
            try InstanceTable(transaction).update(instance)
            return true
        }
    }
}
