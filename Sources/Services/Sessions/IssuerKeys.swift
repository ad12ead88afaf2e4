import Domain
import Files
import Foundation
import Glibc
import Logging
import Sealing
import Synchronization

/// The keys of OpenID Connect issuers, as the operator gives them in files; nothing is fetched from anywhere. A file is read again when it has changed,
/// so that keys change without a restart.
package final class IssuerKeys: Sendable {
    private struct Kept {
        let stamp: FileStamp
        /// Nil for a file that is not good.
        let set: IssuerKeySet?
    }

    private static let filesMax = 1_000

    /// A file, or a folder of them.
    private let path: String
    private let logger: Logger
    private let kept = Mutex<[String: Kept]>([:])

    /// - Throws: `IssuerKeysUnreadable` for a file that is not good.
    package init(path: String, logger: Logger) throws {
        self.path = path
        self.logger = logger
        for file in try files() { keep(Kept(stamp: try Self.stamp(file), set: try IssuerKeySet(file: file)), file) }
    }

    /// The keys that an issuer signs with, from all files that name it; nil for one that none names.
    ///
    /// A file that is no longer good counts as none until it is mended: its old keys may be those that were to go.
    package func keys(of issuer: String) -> [WebKey]? {
        let files = (try? files()) ?? []
        forgetAll(but: files)
        let sets = files.compactMap(current).filter { $0.issuer == issuer }
        return sets.isEmpty ? nil : sets.flatMap(\.keys)
    }

    private func current(_ file: String) -> IssuerKeySet? {
        do {
            let stamp = try Self.stamp(file)
            if let known = find(file), known.stamp == stamp { return known.set }
            do {
                let set = try IssuerKeySet(file: file)
                keep(Kept(stamp: stamp, set: set), file)
                logger.notice("Read the keys of an identity provider", metadata: ["file": "\(file)", "issuer": "\(set.issuer)"])
                return set
            } catch {
                keep(Kept(stamp: stamp, set: nil), file)
                throw error
            }
        } catch {
            logger.error("The keys of an identity provider cannot be read: its tokens are refused", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func files() throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw IssuerKeysUnreadable(path: path, problem: "there is no such file or folder")
        }
        guard isFolder.boolValue else { return [path] }
        let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
        guard names.count <= Self.filesMax else {
            throw IssuerKeysUnreadable(path: path, problem: "it has more than \(Self.filesMax) files")
        }
        return names.sorted().map { "\(path)/\($0)" }
    }

    private static func stamp(_ file: String) throws -> FileStamp {
        guard let stamp = FileStamp(of: file) else { throw IssuerKeysUnreadable(path: file, problem: String(cString: strerror(errno))) }
        // Whoever can write it can be anybody.
        guard !stamp.isWritableByEverybody else {
            throw IssuerKeysUnreadable(path: file, problem: "everybody may write it; set its mode to 0644")
        }
        return stamp
    }

    // None is inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.

    @inline(never) private func find(_ file: String) -> Kept? { kept.withLock { $0[file] } }

    @inline(never) private func keep(_ value: Kept, _ file: String) { kept.withLock { $0[file] = value } }

    @inline(never) private func forgetAll(but files: [String]) {
        let files = Set(files)
        kept.withLock { kept in kept = kept.filter { files.contains($0.key) } }
    }
}

/// One file: an issuer, and the keys that it signs with. `{"issuer": "https://…", "keys": […]}`, a JSON Web Key Set (RFC 7517) with the issuer beside it.
struct IssuerKeySet: Sendable {
    private static let bytesMax = 1 << 20
    private static let keysMax = 100

    let issuer: String
    let keys: [WebKey]

    private struct Document: Decodable {
        let issuer: String
        let keys: [WebKey.Description]
    }

    init(file: String) throws {
        func unreadable(_ problem: String) -> IssuerKeysUnreadable { IssuerKeysUnreadable(path: file, problem: problem) }
        guard let handle = FileHandle(forReadingAtPath: file) else { throw unreadable(String(cString: strerror(errno))) }
        defer { try? handle.close() }
        guard let data = try handle.read(upToCount: Self.bytesMax + 1) else { throw unreadable("it is empty") }
        guard data.count <= Self.bytesMax else { throw unreadable("it is larger than \(Self.bytesMax) bytes") }
        guard let document = try? JSONDecoder().decode(Document.self, from: data) else {
            throw unreadable(#"it does not say {"issuer": "https://…", "keys": [ JSON Web Keys ]}"#)
        }
        guard OpenIDProvider.url(of: document.issuer) != nil else {
            throw unreadable("its issuer '\(document.issuer.prefix(256))' is not a host and a path behind https://")
        }
        guard document.keys.count <= Self.keysMax else { throw unreadable("it has more than \(Self.keysMax) keys") }
        do throws(WebKeyUnusable) {
            var keys: [WebKey] = []
            for description in document.keys { if let key = try description.key() { keys.append(key) } }
            self.keys = keys
        } catch {
            throw unreadable(error.reason)
        }
        guard !keys.isEmpty else { throw unreadable("it has no key that can verify tokens: RSA, or EC with P-256, P-384 or P-521") }
        issuer = document.issuer
    }
}

/// The keys of an identity provider cannot be read.
package struct IssuerKeysUnreadable: Error, CustomStringConvertible {
    package let path: String
    package let problem: String

    package var description: String { "cannot read the keys of identity providers in \(path): \(problem)" }
}
