import Bundles
import Client

/// A bundle in a bucket, and the resulting image.
extension BundleCommand {
    private var imageName: String { name ?? ImageNameRule.suggestion(forFile: disk) }

    func execute(in folder: ObjectFolder, _ session: Session) async throws -> MadeBundle {
        let place = folder.object(BundleName.manifest(bundleName))
        // What can be refused is refused before the first byte is sent.
        let (disk, ec2, account, takesACLs) = try await interruptible {
            let disk = try await prepare(session.pool)
            if register { try await session.checkIsFree(imageName: imageName) }
            let ec2 = try await ec2Certificate(session)
            let account = try await accountOfManifest(session)
            try await checkBucket(folder.bucket, session)
            try await checkPlace(place, session)
            let takesACLs = try await doing("asking whether the bucket \(folder.bucket) takes ACLs") {
                try await session.client.takesACLs(bucket: folder.bucket, region: session.region)
            }
            return (disk, ec2, account, takesACLs)
        }
        let storage = BundleObjects(session, folder: folder, prefix: bundleName, takesACLs: takesACLs)
        var made: MadeBundle
        do {
            made = try await interruptible { try await make(disk, for: ec2, account: account, into: storage, session.pool) }
        } catch {
            await undisturbed { await storage.abandon() }
            throw error
        }
        made.region = session.region
        if register {
            made.imageId = try await registered(storage.place, session)
            made.name = imageName
        }
        return made
    }

    private func accountOfManifest(_ session: Session) async throws -> String {
        if let account { return account }
        return try await doing("asking whose access key this is") {
            try await session.client.callerIdentity(region: session.region).account
        }
    }

    private func ec2Certificate(_ session: Session) async throws -> RSACertificate {
        if let ec2Cert { return try PEMFile.certificate(ec2Cert) }
        let region = session.region
        let pem = try await doing("asking for the certificate of \(region)") { try await session.client.certificate(ofRegion: region) }
        guard let pem else {
            throw Refusal(
                "the certificate of \(region) is not known here",
                advice: "Give it with --ec2-cert; on the server's machine, `ferry certificate --region \(region) --data DIR` prints it."
            )
        }
        return try RSACertificate(pem: pem)
    }

    private func checkBucket(_ bucket: String, _ session: Session) async throws {
        let region = session.region
        let found = try await doing("looking for the bucket \(bucket)") {
            try await session.client.region(ofBucket: bucket, asking: region)
        }
        if let found {
            guard found == region else {
                throw Refusal(
                    "the bucket \(bucket) is in \(found), and the image is for \(region)",
                    advice: "Give another bucket, or --region \(found)."
                )
            }
        } else {
            guard createBucket else {
                throw Refusal(
                    "there is no bucket \(bucket)",
                    advice: "Make it with --create-bucket, or with `aws s3 mb s3://\(bucket) --region \(region)`."
                )
            }
            try await doing("making the bucket \(bucket) in \(region)") { try await session.client.createBucket(bucket, region: region) }
        }
    }

    /// A bundle that is there already is replaced only when that is meant, and when no image lives on it.
    private func checkPlace(_ place: ObjectPlace, _ session: Session) async throws {
        let region = session.region
        let (there, images) = try await doing("looking for \(place)") {
            (
                try await session.client.object(at: place, region: region) != nil,
                try await session.client.ownImages(registeredFrom: place, region: region)
            )
        }
        guard force || !there else { throw Self.inTheWay("\(place)") }
        guard images.isEmpty else {
            throw Refusal(
                "\(images.map(\.id).joined(separator: ", ")) in \(region) is registered from \(place)",
                advice: "Give another --prefix, or remove the image with `ferry rm`."
            )
        }
    }

    private func registered(_ manifest: ObjectPlace, _ session: Session) async throws -> String {
        let (region, ledger) = (session.region, CopyLedger())
        do {
            return try await interruptible {
                let registration = BundleRegistration(
                    name: imageName,
                    details: description,
                    manifest: manifest,
                    hasKernel: kernel != nil
                )
                let id = try await doing("registering the image '\(imageName)' in \(region)") {
                    try await session.client.registerImage(registration, region: region)
                }
                ledger.started(id, region: region)
                try await doing("waiting for \(id) in \(region)") { try await session.waitUntilAvailable(id) }
                return id
            }
        } catch {
            Terminal.remark("The bundle is whole, and stays at \(manifest).")
            if error is Interrupted { ledger.tellHowToCancel() }
            throw error
        }
    }
}
