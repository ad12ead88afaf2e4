import Bundles
import Domain
import Foundation
import Logging
import Metadata

extension BundleReconciler {
    /// What may pass by itself is tried so often.
    private static let attemptsMax = 5

    /// Verifies a bundle and saves how it ended. One whose image was deregistered meanwhile ends without a word.
    func drive(_ check: BundleCheck) async {
        let id = check.imageID
        do {
            do {
                try await verify(check)
                try await settle(id, .available, nil)
                logger.info("Verified the bundle of an image", metadata: ["image": "\(id)"])
            } catch let error where !(error is BundleNoLongerWanted || Task.isCancelled) {
                try await fail(check, error)
            }
        } catch {
            if error is BundleNoLongerWanted {
                logger.info("Stopped verifying the bundle of an image", metadata: ["image": "\(id)"])
                return
            }
            // Nothing is lost, when the server stops as when it fails: the row says that it is still to be done.
            if Task.isCancelled { return }
            logger.error("Saving how a bundle was verified failed", metadata: ["image": "\(id)", "error": "\(error)"])
        }
    }

    /// Reads all of the bundle as its account does.
    private func verify(_ check: BundleCheck) async throws {
        let id = check.imageID
        guard let image = try await store.database.read({ try ImageTable($0).image(id) }), let bundle = image.bundle else {
            throw BundleNoLongerWanted()
        }
        let principal = Principal(account: check.account, accessKeyID: "")
        let call = Call(principal: principal, store: store, deployment: deployment, host: "")
        let found = try await StoredBundle.find(bundle.manifest, version: bundle.version, as: call)
        guard found.object.etag == bundle.etag else {
            throw Fault(.invalidManifest, "The manifest s3://\(bundle.manifest) was replaced while its bundle was verified.")
        }
        let key = BundleKey.unwrapped(found.manifest.ec2, with: try await store.keys.certificates.privateKey())
        do {
            try await Unbundler.run(found.manifest, key: key) { part in
                try await requireWanted(id)
                return try await found.read(part)
            } write: { _ in
                // There is nobody to keep the disk for; others have their turn between two pieces.
                await Task.yield()
                try Task.checkCancellation()
            }
        } catch let error as BundleError {
            throw StoredBundle.invalid(error)
        }
    }

    private func requireWanted(_ id: ImageID) async throws {
        guard try await store.database.read({ try BundleCheckTable($0).check(of: id) }) != nil else { throw BundleNoLongerWanted() }
    }

    private func fail(_ check: BundleCheck, _ error: any Error) async throws {
        let id = check.imageID
        if let fault = error as? Fault, fault.code == .invalidManifest {
            logger.info("The bundle of an image is not valid", metadata: ["image": "\(id)", "cause": "\(fault.message)"])
            return try await settle(id, .failed, StateReason(code: "Client.\(fault.code.rawValue)", message: fault.message))
        }
        let attempts = check.attempts + 1
        logger.warning("Verifying a bundle failed", metadata: ["image": "\(id)", "attempts": "\(attempts)", "error": "\(error)"])
        guard attempts < Self.attemptsMax else {
            let message = "The bundle could not be read: the server's log has the cause. Register it again."
            return try await settle(id, .failed, StateReason(code: "Server.InternalError", message: message))
        }
        let due = deployment.clock.now.addingTimeInterval(Double(1 << attempts))
        try await store.database.write { try BundleCheckTable($0).postpone(id, attempts: attempts, until: due) }
    }

    /// Ends a check, unless the image was deregistered meanwhile.
    private func settle(_ id: ImageID, _ state: ImageState, _ reason: StateReason?) async throws {
        try await store.database.write { transaction in
            guard try BundleCheckTable(transaction).delete(id) else { throw BundleNoLongerWanted() }
            try ImageTable(transaction).setState(state, reason: reason, of: id)
        }
    }
}

/// The image was deregistered while its bundle was verified.
private struct BundleNoLongerWanted: Error {}
