import Domain
import Foundation
import Metadata

extension Images {
    private static let action = "CopyImage"

    private static let tokenMismatch = Fault(
        .idempotentParameterMismatch,
        "The client token was used before with other parameters: use a new token for a new request"
    )

    /// Copies an image into the call's Region, in the order of checks of docs/behaviour/copying-images.md, "Order of checks".
    ///
    /// Returns when the copy is written down, with the id of an image that is still `pending`: its snapshots are listed with their
    /// ids at once, and the copy reconciler moves the bytes.
    package func copy(_ copy: ImageCopy) async throws -> ImageID {
        let call = call
        if let token = copy.clientToken, let id = try await replay(token) { return id }
        let source = try await sourceOfCopy(copy)
        try ImageCopyPlan.check(copy)
        let plan = try await plan(copy, of: source)
        let (id, copies) = try await call.commit { transaction in
            // Again inside the transaction: of two calls with one token, the second finds what the first has made.
            if let id = try copy.clientToken.flatMap({ try Self.replay($0, of: call.account, in: transaction) }) {
                return (id, [SnapshotCopy]())
            }
            try Self.checkQuotas(for: copy, of: call.account, in: transaction)
            var plan = plan
            try plan.admit(TimeBasedAdmission(transaction: transaction, destination: call.region, limits: call.deployment.limits))
            try plan.write(in: transaction)
            try copy.clientToken?.remember(
                plan.image.id.rawValue,
                of: Self.action,
                account: call.account,
                at: plan.image.createdAt,
                in: transaction
            )
            return (plan.image.id, plan.copies)
        }
        call.warnOfShortCopies(copies)
        call.store.copiesPoke()
        call.store.jobsPoke()
        return id
    }

    private func plan(_ copy: ImageCopy, of source: ImageCopyPlan.Source) async throws -> ImageCopyPlan {
        guard source.image.bundle == nil else {
            let bucket = try await bucketForCopy(copy, of: source)
            return try ImageCopyPlan(copy, of: source, bucket: bucket, into: call.region, by: call.account, at: call.now)
        }
        let encryptions = try await encryption(of: copy).settle(source.snapshots)
        return try ImageCopyPlan(copy, of: source, encryptions: encryptions, into: call.region, by: call.account, at: call.now)
    }

    /// That the name is free, and that not too many copies are in progress.
    static func checkQuotas(for copy: ImageCopy, of account: AccountID, in transaction: Transaction) throws {
        let images = ImageTable(transaction)
        if let holder = try images.holder(ofName: copy.name, owner: account) { throw ImageName.duplicate(copy.name, of: holder) }
        // What is pending and not copied.
        let others = try JobTable(transaction).count(of: account, [.bundleCheck, .imageRestore])
        guard try images.count(owner: account, state: .pending) - others < CopyLimits.imagesPerDestinationMax else {
            throw Fault(
                .resourceLimitExceeded,
                "Too many image copies in progress. The limit is \(CopyLimits.imagesPerDestinationMax) for this destination region."
            )
        }
    }

    private func encryption(of copy: ImageCopy) throws -> CopyEncryption {
        let source = try call.deployment.sourceStore(named: copy.sourceRegion)
        return CopyEncryption(request: copy.encryption, action: .copyImage, source: source, call: call)
    }

    private func replay(_ token: ClientToken) async throws -> ImageID? {
        let account = call.account
        return try await call.store.database.read { try Self.replay(token, of: account, in: $0) }
    }

    private static func replay(_ token: ClientToken, of account: AccountID, in transaction: Transaction) throws -> ImageID? {
        try token.replayedResource(of: action, account: account, mismatch: tokenMismatch, in: transaction).map(id)
    }

    private func sourceOfCopy(_ copy: ImageCopy) async throws -> ImageCopyPlan.Source {
        let store = try call.deployment.sourceStore(named: copy.sourceRegion)
        let id = try Self.id(copy.sourceImageID)
        let account = call.account
        return try await store.database.read { transaction in
            let image = try Self.own(id, of: account, in: transaction)
            guard image.state == .available else { throw Self.unavailable(id) }
            let snapshots = try SnapshotTable(transaction).snapshots(ids: image.snapshotIDs)
            return ImageCopyPlan.Source(region: store.region, image: image, snapshots: snapshots)
        }
    }
}
