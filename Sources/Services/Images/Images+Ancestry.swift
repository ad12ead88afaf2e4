import Domain
import Foundation
import Metadata

/// One image of an ancestry, the youngest first.
package struct ImageAncestor: Sendable {
    package let id: ImageID
    /// Nil of an image that is known by its id alone.
    package fileprivate(set) var createdAt: Date?
    package let source: Image.Source?
}

extension Images {
    private static let ancestorsMax = 50
    private static let referencedImages = 1...10

    /// An image and what it was copied from, as far back as the caller may know.
    ///
    /// The caller's own images that are deregistered are still known, and so is where another account's comes from that the caller sees. Of one
    /// that it does not see no more than the id is told, which stands in the image before, and as much of one that is not there.
    package func ancestry(of id: String) async throws -> [ImageAncestor] {
        var ancestors = [ImageAncestor(try await image(id))]
        let viewer = try await call.viewer()
        while let source = ancestors.last?.source, ancestors.count < Self.ancestorsMax, let store = call.deployment.regions[source.region] {
            let found = try await store.database.read { transaction in
                try Self.visible([ImageTable(transaction).image(source.id)].compactMap(\.self), to: viewer, at: call.now, in: transaction)
                    .first
            }
            var ancestor = ImageAncestor(id: source.id, createdAt: nil, source: found?.source)
            if let found, found.owner == viewer.account { ancestor.createdAt = found.createdAt }
            ancestors.append(ancestor)
        }
        return ancestors
    }

    /// The caller's instances that were launched of images of its own, in the order of their reservations.
    ///
    /// - Parameter states: those that count; none when no instances are asked for.
    package func references(_ ids: [String], in states: [InstanceState], page: PageRequest) async throws -> Page<ImageReference> {
        guard Self.referencedImages.contains(ids.count) else {
            throw Fault(.invalidParameterValue, "From 1 to \(Self.referencedImages.upperBound) images can be named, not \(ids.count)")
        }
        let ids = try ids.map(Self.id)
        let (viewer, database) = (try await call.viewer(), call.store.database)
        try await database.read { transaction in
            for id in ids { _ = try Self.own(id, of: viewer, at: call.now, in: transaction) }
        }
        var search = InstanceSearch(of: viewer.account)
        (search.images, search.states) = (ids.map(\.rawValue), states.map(\.rawValue))
        let narrowed = search
        let found = try await page.collect(
            token: call.pageToken(for: "DescribeImageReferences"),
            place: { InstancePlace(of: $0).text },
            batch: { after, limit in
                try await database.read {
                    try InstanceTable($0).page(of: narrowed, after: after.flatMap(InstancePlace.init(text:)), limit: limit)
                }
            },
            where: { _ in true }
        )
        let references = found.elements.map { ImageReference(image: $0.image, resource: call.instance($0.id.rawValue).description) }
        return Page(elements: references, nextToken: found.nextToken)
    }
}

/// That something of an account's uses an image.
package struct ImageReference: Sendable {
    package let image: ImageID
    /// The ARN of the instance.
    package let resource: String
}

extension ImageAncestor {
    fileprivate init(_ image: Image) { self.init(id: image.id, createdAt: image.createdAt, source: image.source) }
}
