import Bundles
import Client
import Files
import Foundation
import NIOCore
import Synchronization

/// A bundle in a folder.
final class BundleFiles: BundleStorage {
    private let folder: String
    private let pool: FilePool
    let manifest: String
    /// The part that is being written.
    private let open = Mutex<FileHandle?>(nil)

    init(folder: String, prefix: String, pool: FilePool) {
        self.folder = folder
        self.pool = pool
        manifest = PathText.joined(folder, BundleName.manifest(prefix))
    }

    /// Makes the folder, with those around it, when it is missing.
    func makeFolder() throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw Refusal("cannot make the folder \(folder): \(FoundationProblem.cause(of: error))")
        }
    }

    var hasManifest: Bool { FileManager.default.fileExists(atPath: manifest) }

    func removeManifest() throws {
        if hasManifest { try FileManager.default.removeItem(atPath: manifest) }
    }

    func write(_ piece: BundlePiece) async throws {
        try await pool.run { try self.writeNow(piece) }
    }

    func writeManifest(_ document: [UInt8]) throws {
        try Data(document).write(to: URL(filePath: manifest), options: .atomic)
    }

    private func writeNow(_ piece: BundlePiece) throws {
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

    private func create(_ name: String) throws -> FileHandle {
        let place = URL(filePath: PathText.joined(folder, name))
        try Data().write(to: place)
        return try FileHandle(forWritingTo: place)
    }
}

/// How a bundle's manifest is called.
enum BundleName {
    static func manifest(_ prefix: String) -> String { "\(prefix).manifest.xml" }
}
