import Domain
import Foundation
import Metadata

/// One image of an ancestry, the youngest first.
package struct ImageAncestor: Sendable {
    package let id: ImageID
    /// Nil of an image that the caller may know by its id alone.
    package let createdAt: Date?
    package let source: Image.Source?
}

extension Images {
    private static let ancestorsMax = 50
    private static let referencedImages = 1...10

    /// An image and what it was copied from, as far back as is known here.
    ///
    /// Images that are deregistered are still known. Of one that is another account's no more than the id is told, and nothing behind it.
    package func ancestry(of id: String) async throws -> [ImageAncestor] {
        var image = try await self.image(id)
        var ancestors = [ImageAncestor(image)]
        while let source = image.source, ancestors.count < Self.ancestorsMax {
            guard let store = call.deployment.regions[source.region],
                let found = try await store.database.read({ try ImageTable($0).image(source.id) })
            else { break }
            guard found.owner == call.account else {
                ancestors.append(ImageAncestor(id: found.id, createdAt: nil, source: nil))
                break
            }
            ancestors.append(ImageAncestor(found))
            image = found
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
            for id in ids { _ = try Self.own(id, of: viewer, in: transaction) }
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
