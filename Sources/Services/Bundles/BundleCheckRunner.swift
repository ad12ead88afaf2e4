import Bundles
import Domain
import Metadata

/// Verifies the bundle of an image that was registered: reads all of it, as who has registered it does.
struct BundleCheckRunner: JobRunner {
    let job: Job
    let tools: JobTools

    func run(_ progress: JobProgress) async throws -> JobEnding {
        let bundle = try await BundleJob.image(of: job, in: tools.store).bundle
        let call = tools.call(of: job)
        let found = try await StoredBundle.find(bundle.manifest, version: bundle.version, as: call)
        guard found.object.etag == bundle.etag else {
            throw Fault(.invalidManifest, "The manifest s3://\(bundle.manifest) was replaced while its bundle was verified.")
        }
        // An ETag is an MD5: whose manifest it is is asked of the bytes that are read here.
        try await SigningCertificates(call).check(found.signed)
        let key = BundleKey.unwrapped(found.manifest.ec2, with: try await tools.store.keys.certificates.privateKey())
        do {
            try await Unbundler.run(found.manifest, key: key) { part in
                try await found.read(part)
            } write: { extent in
                // There is nobody to keep the disk for; others have their turn between two pieces.
                await Task.yield()
                try await progress.report(extent.offset, of: found.manifest.size)
            }
        } catch let error as BundleError {
            throw StoredBundle.invalid(error)
        }
        return JobEnding()
    }
}

enum BundleJob {
    /// The image that a job fills, and its bundle.
    static func image(of job: Job, in store: RegionStore) async throws -> (image: Image, bundle: ImageBundle) {
        let image = try await store.database.read { transaction in
            try ImageID(rawValue: job.id).flatMap { try ImageTable(transaction).image($0) }
        }
        guard let image, let bundle = image.bundle, image.state == .pending else { throw NoLongerWanted() }
        return (image, bundle)
    }
}
