import Bundles
import Crypto
import Domain
import Foundation
import Metadata
import NIOCore
import Transfer

/// Copies the bundle of an instance-store image for an image of this Region: the parts as they are, without opening them, and the
/// manifest with its key wrapped for this Region (docs/formats/bundle.md, "In another Region").
///
/// A part that an earlier attempt brought stays. Each is read back and compared with the manifest, so what the image is made of is proven.
struct BundleCopyRunner: JobRunner {
    let job: Job
    let copy: BundleCopy
    let tools: JobTools

    func run(_ progress: JobProgress) async throws -> JobEnding {
        let (image, target) = try await BundleJob.image(of: job, in: tools.store)
        guard let region = tools.deployment.regions[copy.region], let link = tools.inbound.links[copy.region] else {
            throw RegionNotServed(region: copy.region)
        }
        let there = tools.call(of: job, in: region)
        let source = try await StoredBundle.find(copy.manifest, version: copy.version, as: there)
        guard source.object.etag == copy.etag else {
            throw Fault(
                .invalidManifest,
                "The manifest s3://\(copy.manifest) of \(copy.image) was replaced since the image was registered."
            )
        }
        try await SigningCertificates(there).check(source.signed)
        let flow = link.join(job.account)
        defer { flow.leave() }
        let total = source.manifest.bundledSize
        var done: Int64 = 0
        var parts: [(key: ObjectKey, etag: String)] = []
        for part in source.manifest.parts {
            let start = done
            let object = try await fetch(part, of: source, from: region, beside: target.manifest, over: flow) { arrived in
                try await progress.report(start + arrived, of: total)
            }
            parts.append((object.key, object.etag))
            done += object.bytes
            flow.reached(done)
        }
        let manifest = try await put(source, from: region, at: target.manifest)
        let arrived = parts
        return JobEnding { transaction in
            // Verified parts may have been removed since: an image is available with its whole bundle.
            for (key, etag) in arrived where try ObjectTable(transaction).latest(key, in: target.manifest.bucket)?.etag != etag {
                throw Fault(
                    .invalidManifest,
                    "The part s3://\(target.manifest.bucket)/\(key) was removed or replaced before the image was available: copy it again."
                )
            }
            try ImageTable(transaction).setManifest(version: manifest.version, etag: manifest.etag, of: image.id)
        }
    }

    /// Takes away what has arrived, in the folder of the image.
    func undo() async throws {
        let image = try await tools.store.database.read { transaction in
            try ImageID(rawValue: job.id).flatMap { try ImageTable(transaction).image($0) }
        }
        guard let place = image?.bundle?.manifest else { return }
        try await Objects(tools.call(of: job.account)).removeAll(below: "\(job.id)/", in: place.bucket)
    }

    /// Returns the part as it is here.
    private func fetch(
        _ part: BundlePart,
        of source: StoredBundle,
        from region: RegionStore,
        beside target: ManifestLocation,
        over flow: LinkFlow,
        report: @escaping @Sendable (Int64) async throws -> Void
    ) async throws -> StoredObject {
        let found = try await source.find(part)
        guard let key = target.neighbour(part.name) else {
            throw Fault(.invalidManifest, "The key of the part \(part.name) has more than \(ObjectKey.bytesMax) bytes.")
        }
        let attributes = Self.attributes(found.attributes.headers)
        let objects = Objects(try await making(key, attributes, in: target.bucket))
        let there = try await objects.latest([key], in: target.bucket.rawValue).first ?? nil
        if there?.etag != found.etag || there?.bytes != found.bytes {
            let put = ObjectPut(
                bucket: target.bucket.rawValue,
                key: key.text,
                attributes: attributes,
                encryption: try await encryption(like: found, in: target.bucket)
            )
            _ = try await objects.fetch(found, from: region, to: put, over: flow, space: tools.inbound.space) { bytes in
                try await report(min(bytes, found.bytes))
            }
        }
        let object = try await verified(part, at: key, in: target.bucket, by: objects)
        try await report(object.bytes)
        return object
    }

    /// Who has asked for the copy puts each of its objects, and reads it back.
    private func making(_ key: ObjectKey, _ attributes: ObjectAttributes, in bucket: BucketName) async throws -> Call {
        try await tools.call(of: job).reaching(
            key.text,
            in: bucket.rawValue,
            for: ImageCopyPlan.actionsOnBundle,
            making: attributes
        )
    }

    private func verified(
        _ part: BundlePart,
        at key: ObjectKey,
        in bucket: BucketName,
        by objects: Objects
    ) async throws -> StoredObject {
        let object = try await objects.head(key.text, in: bucket.rawValue)
        var reader = try await objects.read(object, range: 0..<object.bytes)
        var hash = Insecure.SHA1()
        while let piece = try await reader.next() { piece.withUnsafeReadableBytes { hash.update(bufferPointer: $0) } }
        guard Array(hash.finalize()) == part.digest else {
            throw Fault(
                .invalidManifest,
                "The part \(part.name) of \(copy.image) in \(copy.region) is not the one that its manifest names: its SHA-1 is another."
            )
        }
        return object
    }

    /// As the bucket says, or else as the source is kept.
    private func encryption(like object: StoredObject, in bucket: BucketName) async throws -> ObjectEncryptionRequest? {
        try await Buckets(tools.call(of: job)).encryption(in: bucket.rawValue, otherwise: object.encryption?.elsewhere)
    }

    private func put(_ source: StoredBundle, from region: RegionStore, at target: ManifestLocation) async throws -> StoredObject {
        let manifest = source.signed
        let (here, there) = (tools.store.keys.certificates, region.keys.certificates)
        let document = try manifest.moved(
            from: try await there.privateKey(),
            to: try RSACertificate(pem: try await here.require()),
            ids: MappedIDs(kernel: KernelMap.moved(manifest.manifest.kernelID, from: region.region, into: tools.store.region)),
            account: job.account.rawValue,
            signer: try await here.privateKey()
        )
        var body = WholeBody(document)
        let put = ObjectPut(
            bucket: target.bucket.rawValue,
            key: target.key.text,
            attributes: Self.attributes(["content-type": "text/xml"]),
            encryption: try await encryption(like: source.object, in: target.bucket)
        )
        return try await Objects(try await making(target.key, put.attributes, in: target.bucket)).put(put, &body)
    }

    /// As EC2's tools upload bundles. What the owner of the source has set of the objects stays there.
    private static func attributes(_ headers: [String: String]) -> ObjectAttributes {
        ObjectAttributes(headers: headers, acl: .awsExecRead)
    }
}
