import Blocks
import Foundation
import Glibc

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
        let folder = try await make(name)
        defer { remove(name) }
        return try await body(folder)
    }

    /// Makes an empty folder.
    func make(_ name: String) async throws -> String {
        let folder = "\(path)/\(name)"
        try await pool.run {
            try? FileManager.default.removeItem(atPath: folder)
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: attributes)
        }
        return folder
    }

    func remove(_ name: String) { removeAll("\(path)/\(name)") }

    /// Ends programs that a process that died has left running, and removes its files: nobody watches what they take of the disk.
    package func clear() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let process = pid_t(name), let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") else { continue }
            let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            guard words.first?.hasSuffix("qemu-img") == true, words.contains(where: { $0.contains(path + "/") }) else { continue }
            kill(process, SIGKILL)
        }
        removeAll(path)
    }

    private func removeAll(_ folder: String) { try? FileManager.default.removeItem(atPath: folder) }
}
