import Bundles
import Domain
import Metadata
import NIOCore

/// A bundle in a bucket, as a caller reads it: each of its objects is asked for in the caller's name, whosever bucket it is.
///
/// Whatever is wrong with it is a `Fault` `InvalidManifest` with the cause; other errors are those of the server.
struct StoredBundle: Sendable {
    let location: ManifestLocation
    /// The object of the manifest.
    let object: StoredObject
    let signed: SignedManifest
    private let call: Call

    var manifest: BundleManifest { signed.manifest }

    /// Reads the manifest.
    ///
    /// - Parameter version: of the manifest's object; nil for the latest.
    static func find(_ location: ManifestLocation, version: String? = nil, as call: Call) async throws -> StoredBundle {
        try await explained(location) {
            let (object, objects) = try await call.readable(location.key.text, in: location.bucket.rawValue, version: version)
            guard object.bytes <= BundleLimits.manifestBytes else {
                throw BundleError("The manifest is larger than \(BundleLimits.manifestBytes) bytes.")
            }
            var reader = try await objects.read(object, range: 0..<object.bytes)
            var document: [UInt8] = []
            while let piece = try await reader.next() { document += piece.readableBytesView }
            return StoredBundle(location: location, object: object, signed: try SignedManifest(parsing: document), call: call)
        }
    }

    /// Checks what can be known of the parts without reading them: that all are there, and how many bytes they have together.
    func checkParts() async throws {
        let keys = try manifest.parts.map(key(of:))
        let bucket = location.bucket.rawValue
        let rows = try await Self.explained(location) {
            let entered = try await call.reaching(keys.map { call.object($0.text, in: bucket) }, for: ["s3:GetObject"])
            return try await Objects(entered).latest(keys, in: bucket)
        }
        var total: Int64 = 0
        for (index, row) in rows.enumerated() {
            guard let row else { throw Self.notFound("\(location.bucket)/\(keys[index])", "part \(index) of the bundle is missing") }
            total += row.bytes
        }
        guard total == manifest.bundledSize else {
            throw Self.invalid(BundleError("The parts have \(total) bytes, and the manifest says \(manifest.bundledSize)."))
        }
    }

    /// The object of a part, whose key has let the caller in.
    func find(_ part: BundlePart) async throws -> StoredObject {
        try await open(part) { object, objects in
            _ = try await objects.read(object, range: 0..<0)
            return object
        }
    }

    /// The bytes of a part.
    func read(_ part: BundlePart) async throws -> ObjectPieces {
        try await open(part) { object, objects in ObjectPieces(reader: try await objects.read(object, range: 0..<object.bytes)) }
    }

    private func open<Value>(_ part: BundlePart, _ body: (StoredObject, Objects) async throws -> Value) async throws -> Value {
        let key = try key(of: part)
        return try await Self.explained("\(location.bucket)/\(key)") {
            let (object, objects) = try await call.readable(key.text, in: location.bucket.rawValue)
            return try await body(object, objects)
        }
    }

    private func key(of part: BundlePart) throws -> ObjectKey {
        guard let key = location.neighbour(part.name) else {
            throw Self.invalid(BundleError("The key of the part \(part.name) has more than \(ObjectKey.bytesMax) bytes."))
        }
        return key
    }
}

extension StoredBundle {
    static func invalid(_ error: BundleError) -> Fault { Fault(.invalidManifest, error.cause) }

    /// In the words of EC2, which relays what S3 answered.
    private static func notFound(_ place: String, _ advice: String) -> Fault {
        Fault(.invalidManifest, "HTTP 404 (Not Found) response for s3://\(place): \(advice).")
    }

    private static func explained<Value>(_ place: ManifestLocation, _ body: () async throws -> Value) async throws -> Value {
        try await explained(place.rawValue, body)
    }

    private static func explained<Value>(_ place: String, _ body: () async throws -> Value) async throws -> Value {
        let absent: Set<FaultCode> = [.noSuchBucket, .noSuchKey, .noSuchObjectVersion]
        do {
            return try await body()
        } catch let error as BundleError {
            throw invalid(error)
        } catch let fault as Fault where absent.contains(fault.code) {
            throw notFound(place, "check that the path is correct and in the correct Region")
        } catch is MarkerFound {
            throw notFound(place, "it was deleted")
        } catch let fault as Fault where fault.code == .accessDenied {
            let cause = fault.message == Buckets.denied.message ? "check that you may read the bucket." : fault.message
            throw Fault(.invalidManifest, "HTTP 403 (Forbidden) response for s3://\(place): \(cause)")
        } catch let elsewhere as BucketElsewhere {
            throw Fault(
                .invalidManifest,
                "HTTP 301 (Moved Permanently) response for s3://\(place): the bucket is in \(elsewhere.region), register the image there."
            )
        } catch let error as KeyUnusable {
            throw Fault(.invalidManifest, "HTTP 403 (Forbidden) response for s3://\(place): \(KeyRefusal(error).message)")
        }
    }
}

/// An object in pieces of at most a block.
struct ObjectPieces: AsyncSequence, Sendable {
    let reader: ObjectReader

    func makeAsyncIterator() -> ObjectReader { reader }
}

extension ObjectReader: AsyncIteratorProtocol {}
