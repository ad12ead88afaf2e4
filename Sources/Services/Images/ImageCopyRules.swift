import Domain
import Metadata

/// What CopyImage holds a request against besides its source and its keys. Each rule stands by itself, so that an estimate tells all that are
/// broken, and a copy the first.
struct ImageCopyRules: Sendable {
    let copy: ImageCopy
    let inProgress: Int
    let storage: StorageQuotas

    /// Of the request alone.
    static let ofRequest: [@Sendable (ImageCopy) throws -> Void] = [
        { try ImageName.check($0.name) },
        { try TagRules.check($0.imageTags) },
        { try TagRules.check($0.snapshotTags) },
    ]

    /// Of the account's rows in the Region that is copied into: that the name is free, that not too many copies are in progress, and that there
    /// may be as many images and snapshots as the copy makes.
    var ofRows: [@Sendable (_ snapshots: Int, Transaction) throws -> Void] {
        [
            { _, transaction in
                guard let holder = try ImageTable(transaction).holder(ofName: copy.name, owner: storage.account) else { return }
                throw ImageName.duplicate(copy.name, of: holder)
            },
            { _, transaction in
                // What is pending and not copied.
                let others = try JobTable(transaction).count(of: storage.account, [.bundleCheck, .imageRestore])
                guard try ImageTable(transaction).count(owner: storage.account, state: .pending) - others < inProgress else {
                    throw Fault(
                        .resourceLimitExceeded,
                        "Too many image copies in progress. The limit is \(inProgress) for this destination region."
                    )
                }
            },
            { _, transaction in try storage.requireRoomForImage(in: transaction) },
            { snapshots, transaction in try storage.requireRoom(forSnapshots: snapshots, in: transaction) },
        ]
    }

    func check(snapshots: Int, in transaction: Transaction) throws {
        for rule in ofRows { try rule(snapshots, transaction) }
    }
}

extension Images {
    /// By what is in force for the account in the Region that it copies into.
    func rules(of copy: ImageCopy) async throws -> ImageCopyRules {
        ImageCopyRules(copy: copy, inProgress: try await call.quota(.imageCopies), storage: try await call.storageQuotas())
    }
}
