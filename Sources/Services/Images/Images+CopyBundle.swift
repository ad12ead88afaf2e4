import Bundles
import Domain
import Metadata

extension Images {
    /// Where the bundle of an instance-store image is copied to (docs/behaviour/instance-store-images.md, "Copying"). Everything that can
    /// be refused is refused before the first copy makes the bucket.
    func bucketForCopy(_ copy: ImageCopy, of source: ImageCopyPlan.Source) async throws -> BucketName {
        try await checkBundle(of: source, copied: copy)
        let rules = try await rules(of: copy)
        try await call.store.database.read { try rules.check(snapshots: 0, in: $0) }
        return try await Buckets(call).requireForImages()
    }

    /// What a copy of an instance-store image cannot be asked for, and that its bundle can be read.
    func checkBundle(of source: ImageCopyPlan.Source, copied copy: ImageCopy) async throws {
        let id = source.image.id
        guard copy.encryption.isEncrypted != true, copy.encryption.key == nil else {
            throw Fault(
                .invalidParameterCombination,
                "The parameters Encrypted and KmsKeyId cannot be used with the instance-store image \(id): it has no snapshots to encrypt"
            )
        }
        guard copy.completionMinutes == nil else {
            throw Fault(
                .invalidParameterCombination,
                "The parameter SnapshotCopyCompletionDurationMinutes cannot be used with the instance-store image \(id): it has no snapshots"
            )
        }
        guard let bundle = source.image.bundle, let store = call.deployment.regions[source.region] else { return }
        do {
            try await call.deployment.manifests.pass(for: call.account) { try await checkReadable(bundle, as: call.at(store)) }
        } catch let fault as Fault where fault.code == .invalidManifest {
            throw Fault(.invalidRequest, "You do not have permission to access the storage of this ami: \(fault.message)")
        }
    }

    /// What the Region is asked to sign must be what its owner's certificates let it take.
    private func checkReadable(_ bundle: ImageBundle, as there: Call) async throws {
        let found = try await StoredBundle.find(bundle.manifest, version: bundle.version, as: there)
        try await SigningCertificates(there).check(found.signed)
        try await found.checkParts()
        guard !found.manifest.parts.contains(where: { $0.name == ImageCopyPlan.manifestName }) else {
            throw Fault(
                .invalidManifest,
                "A part of the bundle is called \(ImageCopyPlan.manifestName), as the manifest of its copy is."
            )
        }
    }
}
