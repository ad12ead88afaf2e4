import Bundles
import Domain
import Foundation
import Metadata

extension Images {
    /// How many bundles of an account can be being verified.
    package static let bundleChecksMax = 100

    /// Makes an image of a bundle that the caller may read. It is pending until the job reconciler has verified every part.
    ///
    /// What can be told without reading the parts is refused here.
    ///
    /// - Throws: `Fault` `InvalidManifest` with the cause.
    package func register(_ registration: BundleRegistration) async throws -> ImageID {
        let image = try await image(of: registration)
        let (account, caller) = (call.account, await call.jobCaller)
        let quotas = try await call.storageQuotas()
        try await call.commit { transaction in
            let images = ImageTable(transaction)
            if let holder = try images.holder(ofName: image.name, owner: account) { throw ImageName.duplicate(image.name, of: holder) }
            let jobs = JobTable(transaction)
            guard try jobs.count(of: account, [.bundleCheck]) < Self.bundleChecksMax else {
                throw Fault(
                    .resourceLimitExceeded,
                    "Too many bundles are being verified. The limit is \(Self.bundleChecksMax): wait until some are available."
                )
            }
            try quotas.requireRoomForImage(in: transaction)
            try images.insert(image)
            try TagTable(transaction).set(image.tags, on: .image(image.id), by: account)
            try jobs.insert(Job(id: image.id.rawValue, account: account, caller: caller, work: .bundleCheck, createdAt: image.createdAt))
        }
        call.store.jobsWakeup()
        return image.id
    }

    private func image(of registration: BundleRegistration) async throws -> Image {
        try await call.deployment.manifests.pass(for: call.account) { try await checkedImage(of: registration) }
    }

    private func checkedImage(of registration: BundleRegistration) async throws -> Image {
        try ImageName.check(registration.name)
        try TagRules.check(registration.tags)
        guard let location = ManifestLocation(rawValue: registration.location) else {
            throw Fault(
                .invalidManifest,
                "The location '\(registration.location.prefix(64))' is no place of a manifest: expected bucket/path/image.manifest.xml."
            )
        }
        let bundle = try await StoredBundle.find(location, as: call)
        try await SigningCertificates(call).check(bundle.signed)
        try Self.requireDistinctNames(bundle)
        let rules = InstanceStoreRules(bundle.manifest)
        let (traits, devices): (MachineTraits, [BlockDevice])
        do {
            traits = try rules.traits(registration)
            devices = try rules.devices(registration)
        } catch let error as BundleError {
            throw StoredBundle.invalid(error)
        }
        try await bundle.checkParts()
        return Image(
            id: .random(),
            owner: call.account,
            name: registration.name,
            description: registration.description,
            state: .pending,
            createdAt: call.now,
            traits: traits,
            rootDeviceName: registration.rootDeviceName ?? rules.rootDeviceName,
            devices: devices,
            bundle: ImageBundle(
                manifest: location,
                version: bundle.object.version,
                etag: bundle.object.etag,
                imageBytes: bundle.manifest.size,
                bundleBytes: bundle.manifest.bundledSize
            ),
            tags: registration.tags
        )
    }

    /// No manifest holds the digest of its own bytes: a part in its place can never be verified.
    private static func requireDistinctNames(_ bundle: StoredBundle) throws {
        guard let part = bundle.manifest.parts.first(where: { bundle.location.neighbour($0.name) == bundle.location.key }) else { return }
        throw Fault(.invalidManifest, "A part of the bundle is called \(part.name), as its manifest is.")
    }
}
