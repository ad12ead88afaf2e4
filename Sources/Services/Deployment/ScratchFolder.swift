import Blocks
import Foundation

/// Where jobs of a Region put files that programs read and write, such as disks in other formats. Nothing in it outlives its job: what a
/// process that died left is removed at the next start.
package struct ScratchFolder: Sendable {
    package let path: String
    /// For calls that block.
    let pool: DiskPool

    package init(_ path: String, pool: DiskPool) {
        self.path = path
        self.pool = pool
    }

    /// Runs `body` with a folder of its own, which is gone afterwards.
    func with<Value: Sendable>(_ name: String, _ body: (String) async throws -> Value) async throws -> Value {
        let folder = "\(path)/\(name)"
        try await pool.run {
            try? FileManager.default.removeItem(atPath: folder)
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: attributes)
        }
        do {
            let value = try await body(folder)
            removeAll(folder)
            return value
        } catch {
            removeAll(folder)
            throw error
        }
    }

    /// Removes what a process that died left.
    package func clear() { removeAll(path) }

    private func removeAll(_ folder: String) { try? FileManager.default.removeItem(atPath: folder) }
}
