import Domain
import Metadata

/// What can be done with images, on behalf of one caller in one Region. Each use case is an extension in a file of its own.
package struct Images: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }
}

extension Images {
    static func notFound(_ ids: [String]) -> Fault {
        let text = ids.joined(separator: ", ")
        return ids.count == 1
            ? Fault(.invalidImageIDNotFound, "The image id '[\(text)]' does not exist")
            : Fault(.invalidImageIDNotFound, "The image ids '[\(text)]' do not exist")
    }

    static func unavailable(_ id: ImageID) -> Fault {
        Fault(.invalidImageIDUnavailable, "The image ID '\(id)' is no longer available")
    }

    static func id(_ text: String) throws -> ImageID { try ImageID(given: text, orThrow: .invalidImageIDMalformed) }

    /// The snapshots of an image that the caller sees, whatever its state; none where there is no such image.
    ///
    /// - Parameter region: where the image is; the call's Region when nil.
    package func snapshots(of id: String, in region: String?) async throws -> [SnapshotID] {
        try await seen(id, in: region)?.snapshotIDs ?? []
    }

    /// Whether an image that the caller sees is a bundle in a bucket.
    package func isBundle(_ id: String, in region: String?) async throws -> Bool { try await seen(id, in: region)?.bundle != nil }

    /// What the copy of an image is tagged with that takes its source's tags along: the caller's own of them. A tag that is given wins over one
    /// of the same key.
    package func tags(ofCopyOf id: String, in region: String, with given: [Tag]) async throws -> [Tag] {
        let named = Set(given.map(\.key))
        return (try await seen(id, in: region)?.tags.filter { !named.contains($0.key) } ?? []) + given
    }

    private func seen(_ id: String, in region: String?) async throws -> Image? {
        guard let id = ImageID(rawValue: id) else { return nil }
        let store = region.map { name in Region(rawValue: name).flatMap { call.deployment.regions[$0] } } ?? call.store
        let (viewer, now) = (try await call.viewer(), call.now)
        return try await store?.database.read { transaction in
            guard let image = try ImageTable(transaction).image(id, taggedBy: viewer.account) else { return nil }
            return try Self.visible([image], to: viewer, at: now, in: transaction).first
        } ?? nil
    }
}
