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

    /// Checks that images are the caller's own, whose references are asked for.
    package func checkReferenced(_ ids: [String], page: PageRequest) async throws {
        try page.check()
        // No page has a next one, so no token is of here.
        _ = try page.nextToken.map(call.pageToken(for: "DescribeImageReferences").open)
        guard Self.referencedImages.contains(ids.count) else {
            throw Fault(.invalidParameterValue, "From 1 to \(Self.referencedImages.upperBound) images can be named, not \(ids.count)")
        }
        let ids = try ids.map(Self.id)
        let viewer = try await call.viewer()
        try await call.store.database.read { transaction in
            for id in ids { _ = try Self.own(id, of: viewer, in: transaction) }
        }
    }
}

extension ImageAncestor {
    fileprivate init(_ image: Image) { self.init(id: image.id, createdAt: image.createdAt, source: image.source) }
}
