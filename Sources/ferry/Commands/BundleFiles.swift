import Bundles
import Client
import Foundation
import NIOCore
import Synchronization

/// A bundle in a folder. Its manifest comes last and goes first, so that a manifest's parts are there.
final class BundleFiles: Sendable {
    private let folder: URL
    let manifestPath: String
    /// The part that is being written.
    private let open = Mutex<FileHandle?>(nil)

    init(folder: String, prefix: String) {
        self.folder = URL(filePath: folder, directoryHint: .isDirectory)
        manifestPath = self.folder.appending(path: "\(prefix).manifest.xml").relativePath
    }

    var hasManifest: Bool { FileManager.default.fileExists(atPath: manifestPath) }

    func removeManifest() throws {
        if hasManifest { try FileManager.default.removeItem(atPath: manifestPath) }
    }

    func write(_ piece: BundlePiece) throws {
        try open.withLock { file in
            switch piece {
            case .bytes(let bytes, let name):
                let handle = try file ?? create(name)
                file = handle
                try handle.write(contentsOf: Data(bytes.readableBytesView))
            case .end:
                try file?.synchronize()
                try file?.close()
                file = nil
            }
        }
    }

    func writeManifest(_ document: [UInt8]) throws {
        try Data(document).write(to: URL(filePath: manifestPath), options: .atomic)
    }

    private func create(_ name: String) throws -> FileHandle {
        let place = folder.appending(path: name)
        try Data().write(to: place)
        return try FileHandle(forWritingTo: place)
    }

    static func certificate(_ path: String) throws -> RSACertificate {
        do throws(BundleError) {
            return try RSACertificate(pem: try text(path))
        } catch {
            throw FileProblem("read", path, cause: error.cause)
        }
    }

    static func privateKey(_ path: String) throws -> RSAPrivateKey {
        do throws(BundleError) {
            return try RSAPrivateKey(pem: try text(path))
        } catch {
            throw FileProblem("read", path, cause: error.cause)
        }
    }

    private static func text(_ path: String) throws(BundleError) -> String {
        guard let bytes = FileManager.default.contents(atPath: path) else { throw BundleError("it is not there, or you may not read it") }
        return String(decoding: bytes, as: UTF8.self)
    }
}
