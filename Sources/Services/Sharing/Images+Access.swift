import Domain
import Foundation
import Metadata

/// Which image a caller may do something with, in the order of checks of docs/behaviour/images.md, "Checks on one image".
extension Images {
    static func notAuthorized(_ id: ImageID) -> Fault { Fault(.authFailure, "Not authorized for image:\(id)") }

    static let storageRefusal = Fault(.invalidRequest, "You do not have permission to access the storage of this ami")

    /// An image of the caller's own. Another's is not authorized when the caller sees it and lets itself use it, and not found when not.
    static func own(_ id: ImageID, of viewer: Viewer, at now: Date, in transaction: Transaction) throws -> Image {
        guard let image = try ImageTable(transaction).image(id) else { throw notFound([id.rawValue]) }
        guard image.owner == viewer.account else {
            throw try visible([image], to: viewer, at: now, in: transaction).isEmpty ? notFound([id.rawValue]) : notAuthorized(id)
        }
        guard image.state != .deregistered else { throw unavailable(id) }
        return image
    }

    /// An image that the caller sees and lets itself use, with the caller's own tags.
    static func visible(_ id: ImageID, to viewer: Viewer, at now: Date, in transaction: Transaction) throws -> Image {
        guard let image = try ImageTable(transaction).image(id, taggedBy: viewer.account) else { throw notFound([id.rawValue]) }
        guard try visible([image], to: viewer, at: now, in: transaction).count == 1 else { throw notFound([id.rawValue]) }
        guard image.state != .deregistered else { throw unavailable(id) }
        return image
    }

    /// Those of some images that the caller sees, marked with whether it lets itself use them.
    static func visible(_ images: [Image], to viewer: Viewer, at now: Date, in transaction: Transaction) throws -> [Image] {
        let others = images.filter { $0.owner != viewer.account }.map(\.id.rawValue)
        guard !others.isEmpty else { return images }
        let shared = try ShareTable(transaction, of: .image).ids(among: others, within: viewer.reach)
        let allowed = try SharingSettingsTable(transaction).settings(of: viewer.account).allowed
        return images.filter { $0.owner == viewer.account || shared.contains($0.id.rawValue) }
            .map { allowed.marked($0, for: viewer.account, at: now) }
            .filter(allowed.shows)
    }

    /// The snapshots of an image, in the order of its devices, with the tags of an account that is to read them: each must be within its reach.
    /// An image alone does not open what it is made of.
    static func storage(
        of image: Image,
        for account: AccountID,
        within reach: Reach,
        in transaction: Transaction
    ) throws -> [Snapshot] {
        let snapshots = try SnapshotTable(transaction).snapshots(ids: image.snapshotIDs, taggedBy: account)
        guard snapshots.count == image.snapshotIDs.count else { throw unavailable(image.id) }
        for snapshot in snapshots { try snapshot.requireStandardTier() }
        guard try Snapshots.within(reach, snapshots, in: transaction).count == snapshots.count else { throw storageRefusal }
        let known = Dictionary(uniqueKeysWithValues: snapshots.map { ($0.id, $0) })
        return image.snapshotIDs.compactMap { known[$0] }
    }
}
