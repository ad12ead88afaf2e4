import Bundles
import Client

/// The bundle of an instance-store image that is to go with it: the manifest and the parts that it names, nothing else.
struct StoredBundleRemoval: Sendable {
    private let session: Session
    private let manifest: ObjectPlace
    private let parts: [String]

    /// Finds out what there is to delete. Throws, and nothing is done, when the manifest cannot be read or other images are registered from it.
    init(of id: String, _ session: Session) async throws {
        let place = try await session.manifest(of: id, else: "Without --bundle the image and its snapshots are removed.")
        let others = try await session.client.ownImages(registeredFrom: place, region: session.region).filter { $0.id != id }
        guard others.isEmpty else {
            throw Refusal(
                "\(others.map(\.id).joined(separator: ", ")) is registered from the same manifest, \(place)",
                advice: "Remove it without --bundle first, or this image without it: the last one takes the bundle along."
            )
        }
        let source = BundleBucket(client: session.client, region: session.region, place: place)
        do {
            parts = try await source.manifest().manifest.parts.map { place.sibling($0.name).key }
        } catch let failure as CommandFailure {
            throw Refusal(
                "the bundle cannot be removed, because its manifest \(place) cannot be read: \(failure.cause)",
                advice: "Without --bundle the image goes, and what there is of its bundle stays."
            )
        }
        self.session = session
        manifest = place
    }

    /// The manifest goes first: a manifest whose parts are gone would be a bundle that is not one.
    func run() async throws -> BundleRemoval {
        let (client, region, bucket) = (session.client, session.region, manifest.bucket)
        var left: [ObjectDeletionFailure] = []
        do {
            left = try await client.deleteObjects([manifest.key], in: bucket, region: region)
            if left.isEmpty { left = try await client.deleteObjects(parts, in: bucket, region: region) }
        } catch {
            throw Refusal(
                "the image is deregistered, and deleting its bundle failed: \(error)",
                advice: "What is left of \(ByteText.count(parts.count, "part")) beside \(manifest) goes on taking space."
            )
        }
        guard left.isEmpty else {
            throw Refusal(
                "the image is deregistered, and objects of its bundle could not be deleted: "
                    + left.map { "s3://\(bucket)/\($0.key) (\($0.cause))" }.joined(separator: ", "),
                advice: "What is left of \(ByteText.count(parts.count, "part")) beside \(manifest) goes on taking space."
            )
        }
        return BundleRemoval(manifest: "\(manifest)", parts: parts.count, result: .deleted)
    }
}

/// What became of the bundle of a deregistered image.
struct BundleRemoval: Encodable, Sendable {
    enum Result: String, Encodable, Sendable {
        case deleted, kept
    }

    var manifest: String
    /// How many were deleted.
    var parts: Int?
    var result: Result
}
