import Domain
import Foundation
import Metadata

extension Images {
    /// Copies an image into the call's Region, in the order of checks of docs/behaviour/copying-images.md, "Order of checks".
    ///
    /// Returns when the copy is written down, with the id of an image that is still `pending`: its snapshots are listed with their
    /// ids at once, and the copy reconciler moves the bytes.
    package func copy(_ copy: ImageCopy) async throws -> ImageID {
        let call = call
        let rules = try await rules(of: copy)
        let grants = try await call.timeBasedGrants(isAsked: copy.completionMinutes != nil)
        let (id, copies) = try await call.once(
            RepeatableAction(name: "CopyImage"),
            with: copy.clientToken,
            find: { id, _ -> (ImageID, [SnapshotCopy])? in (try Self.id(id), []) },
            check: {
                let source = try await sourceOfCopy(copy)
                try ImageCopyPlan.check(copy)
                return try await plan(copy, of: source)
            },
            make: { plan, transaction in
                try rules.check(snapshots: plan.snapshots.count, in: transaction)
                var plan = plan
                try plan.admit(
                    TimeBasedAdmission(
                        transaction: transaction,
                        destination: call.region,
                        limits: call.deployment.limits,
                        grants: grants
                    )
                )
                try plan.write(in: transaction)
                return (plan.image.id.rawValue, (plan.image.id, plan.copies))
            }
        )
        call.warnOfShortCopies(copies)
        call.store.copiesWakeup()
        call.store.jobsWakeup()
        return id
    }

    private func plan(_ copy: ImageCopy, of source: ImageCopyPlan.Source) async throws -> ImageCopyPlan {
        guard source.image.bundle == nil else {
            let bucket = try await bucketForCopy(copy, of: source)
            return try ImageCopyPlan(
                copy,
                of: source,
                bucket: bucket,
                into: call.region,
                by: call.account,
                caller: await call.jobCaller,
                at: call.now
            )
        }
        let encryptions = try await encryption(of: copy).settle(source.snapshots)
        return try ImageCopyPlan(copy, of: source, encryptions: encryptions, into: call.region, by: call.account, at: call.now)
    }

    func encryption(of copy: ImageCopy) throws -> CopyEncryption {
        let source = try call.deployment.sourceStore(named: copy.sourceRegion)
        return CopyEncryption(request: copy.encryption, action: .copyImage, source: source, call: call)
    }

    func sourceOfCopy(_ copy: ImageCopy) async throws -> ImageCopyPlan.Source {
        let store = try call.deployment.sourceStore(named: copy.sourceRegion)
        let id = try Self.id(copy.sourceImageID)
        let (viewer, now) = (try await call.viewer(), call.now)
        return try await store.database.read { transaction in
            let image = try Self.visible(id, to: viewer, at: now, in: transaction)
            guard image.state == .available else { throw Self.unavailable(id) }
            let snapshots = try Self.storage(of: image, for: viewer.account, within: viewer.reach, in: transaction)
            return ImageCopyPlan.Source(region: store.region, image: image, snapshots: snapshots)
        }
    }
}
