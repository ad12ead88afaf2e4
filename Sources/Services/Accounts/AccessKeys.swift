import Domain
import Foundation
import Logging
import Metadata
import Synchronization

/// Finds who an access key belongs to, and the secret to check a signature with; notes when it was used.
///
/// A call costs one statement: what was found before is good as long as the number of IAM's rows stands, and that is all that is read then.
package final class AccessKeys: Sendable {
    /// An access key that may sign.
    package struct Found: Sendable {
        package let principal: Principal
        package let secret: String
        /// The number of IAM's rows that it was read under: what was read under the same is of the same moment.
        package let version: Int64
    }

    /// How many keys are remembered at most.
    private static let rememberedMax = 10_000
    /// How long a use stands for those that follow it.
    private static let useInterval: TimeInterval = 60

    private let secrets: DirectorySecrets
    private let clock: WallClock
    private let logger: Logger
    private let remembered = Mutex<[String: Found]>([:])
    private let noted = Mutex<[String: Date]>([:])

    package init(_ secrets: DirectorySecrets, clock: WallClock, logger: Logger) {
        self.secrets = secrets
        self.clock = clock
        self.logger = logger
    }

    /// - Returns: nil for a key that is not known, that is inactive, or whose user is gone.
    /// - Throws: `AccessKeyDamaged`
    package func find(_ id: String) async throws -> Found? {
        if let known = recall(id) {
            let version = try await secrets.directory.read { try IAMVersionTable($0).version() }
            if version == known.version { return known }
        }
        let signer = try await secrets.directory.read { try AccessKeyTable($0).signer(id) }
        guard let key = signer.key else {
            forget(id)
            return nil
        }
        let found = Found(principal: key.principal, secret: try secrets.secret(key.sealed, of: id), version: signer.version)
        remember(found, id)
        return found
    }

    /// Notes that a key has signed, at most once a minute and behind the call. A use that cannot be written down is lost.
    ///
    /// - Returns: what writes it down; nil when there is nothing to write.
    @discardableResult
    package func noteUse(of id: String, for service: String, in region: Region) -> Task<Void, Never>? {
        let now = clock.now
        guard isToBeNoted(id, at: now) else { return nil }
        let use = AccessKey.Use(date: now, region: region.rawValue, service: service)
        return Task { [directory = secrets.directory, logger] in
            do {
                try await directory.write { try AccessKeyTable($0).note(use, of: id) }
            } catch {
                logger.debug("The use of an access key could not be noted", metadata: ["access_key": "\(id)", "error": "\(error)"])
            }
        }
    }

    // None is inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.

    @inline(never) private func recall(_ id: String) -> Found? { remembered.withLock { $0[id] } }

    @inline(never) private func forget(_ id: String) { remembered.withLock { _ = $0.removeValue(forKey: id) } }

    @inline(never) private func remember(_ found: Found, _ id: String) {
        remembered.withLock { remembered in
            if remembered.count >= Self.rememberedMax { remembered.removeAll() }
            remembered[id] = found
        }
    }

    @inline(never) private func isToBeNoted(_ id: String, at now: Date) -> Bool {
        noted.withLock { noted in
            // A clock that was put back must not silence a key.
            if let last = noted[id], abs(now.timeIntervalSince(last)) < Self.useInterval { return false }
            if noted.count >= Self.rememberedMax { noted.removeAll() }
            noted[id] = now
            return true
        }
    }
}
