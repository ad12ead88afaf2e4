import Domain
import Foundation
import Metadata

/// What DescribeImageCopies is asked for.
package struct ImageCopiesQuery: Sendable {
    package static let sizes = 1...1000

    package var ids: [String] = []
    /// Those of the images; all when empty.
    package var states: [String] = []
    package var page = PageRequest(sizes: sizes)

    package init() {}
}

/// An image that was copied, with how its copy goes or went.
package struct CopiedImage: Sendable {
    package struct Disk: Sendable {
        package let copy: SnapshotCopy
        /// Whether the caller may know how much had to be moved.
        package let tellsMoved: Bool
    }

    package let image: Image
    package let source: Image.Source
    /// A copy for each snapshot, by id; those of deleted snapshots are gone. None of an instance-store image.
    package let disks: [Disk]
    /// What copies the bundle of an instance-store image, while it does.
    package let job: Job?
}

extension Images {
    /// The images of the caller's account in the Region that were copied, ordered by id, with what their copies have done.
    ///
    /// - Throws: `Fault`, as DescribeImages.
    package func copies(_ query: ImageCopiesQuery) async throws -> Page<CopiedImage> {
        guard query.ids.count <= ImageCopiesQuery.sizes.upperBound else {
            throw Fault(.invalidParameterValue, "At most \(ImageCopiesQuery.sizes.upperBound) images can be named, not \(query.ids.count)")
        }
        var images = ImageQuery()
        (images.ids, images.owners, images.page) = (query.ids, ["self"], query.page)
        images.inclusion.disabled = true
        images.inclusion.deprecated = true
        // Of every image that has a source.
        images.filters = [Filter(name: "source-image-id", values: ["*"])]
        if !query.states.isEmpty { images.filters.append(Filter(name: "state", values: query.states)) }
        let page = try await describe(images)
        let details = try await details(of: page.elements)
        return Page(elements: page.elements.compactMap { details[$0.id] }, nextToken: page.nextToken)
    }

    private func details(of images: [Image]) async throws -> [ImageID: CopiedImage] {
        let isManagement = try await call.deployment.isManagement(call.account)
        return try await call.store.database.read { transaction in
            let copies = try CopyTable(transaction).copies(of: images.map(\.id))
            let sealed = try SnapshotTable(transaction).sealed(among: copies.map(\.snapshotID))
            let disks = Dictionary(grouping: copies, by: \.imageID).mapValues { copies in
                copies.map { CopiedImage.Disk(copy: $0, tellsMoved: isManagement || sealed.contains($0.snapshotID)) }
            }
            let bundles = images.filter { $0.bundle != nil }.map(\.id.rawValue)
            let jobs = Dictionary(uniqueKeysWithValues: try JobTable(transaction).jobs(bundles).map { ($0.id, $0) })
            return images.reduce(into: [:]) { details, image in
                guard let source = image.source else { return }
                details[image.id] = CopiedImage(
                    image: image,
                    source: source,
                    disks: disks[image.id] ?? [],
                    job: jobs[image.id.rawValue]
                )
            }
        }
    }
}

extension CopiedImage.Disk {
    /// Bytes that had to be moved; nil where that would tell what others hold.
    package var bytesMoved: Int64? { tellsMoved ? copy.progress.bytesMoved : nil }

    /// At which bytes were moved; nil where it is not told, and of a copy that has not begun or moved nothing.
    package func rate(at now: Date) -> Throughput? {
        guard let bytesMoved, let began = copy.beganAt else { return nil }
        return SeenRate.of([SeenRate.Move(bytes: bytesMoved, from: began, to: copy.endedAt ?? now)])
    }
}

extension CopiedImage {
    /// Bytes of blocks with data in all of the disks, or of the bundle's parts.
    package var bytesTotal: Int64 { image.bundle?.bundleBytes ?? disks.reduce(0) { $0 + $1.copy.progress.bytesTotal } }

    /// Those of them that are there, moved or not.
    package var bytesDone: Int64 {
        guard image.bundle != nil else { return disks.reduce(0) { $0 + $1.copy.progress.bytesDone } }
        return job?.progress.bytesDone ?? (image.state == .available ? bytesTotal : 0)
    }

    package var bytesMoved: Int64? {
        let moved = disks.compactMap(\.bytesMoved)
        return disks.isEmpty || moved.count < disks.count ? nil : moved.reduce(0, +)
    }

    package var beganAt: Date? { disks.compactMap(\.copy.beganAt).min() }

    /// When its last copy ended; nil while one of them has not.
    package var endedAt: Date? {
        let ends = disks.compactMap(\.copy.endedAt)
        return ends.count < disks.count ? nil : ends.max()
    }

    package func rate(at now: Date) -> Throughput? {
        guard let bytesMoved, let beganAt else { return nil }
        return SeenRate.of([SeenRate.Move(bytes: bytesMoved, from: beganAt, to: endedAt ?? now)])
    }

    /// How long the rest takes at that rate; nil where that is not known, and of what has ended.
    package func secondsLeft(at now: Date) -> Int64? {
        guard image.state == .pending else { return nil }
        return rate(at: now)?.seconds(for: bytesTotal - bytesDone)
    }
}
