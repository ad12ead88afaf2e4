import Files
import Foundation
import NIOCore

/// A disk that is being written: beside its place until it is whole, with holes where nothing was written.
///
/// Its calls block: they belong on a ``FilePool``.
package final class SparseFile: Sendable {
    package let path: String
    private let partialPath: String
    private let file: OpenFile
    private let replaces: Bool

    /// Opens `FILE.partial`, emptying what an earlier, killed run left there.
    ///
    /// - Throws: ``FileProblem`` when `path` exists and may not be replaced, when it is no regular file, or when another process writes it.
    package init(creating path: String, replacing: Bool) throws {
        try Self.checkPlace(path, replacing: replacing)
        self.path = path
        partialPath = path + ".partial"
        replaces = replacing
        file = try OpenFile("create", partialPath, flags: O_RDWR | O_CREAT | O_NOFOLLOW)
        // Before it is emptied: another process may be filling it.
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw FileProblem("create", partialPath, cause: "another process is writing it")
        }
        guard ftruncate(file.descriptor, 0) == 0 else { throw FileProblem("create", partialPath, errno: errno) }
    }

    private static func checkPlace(_ path: String, replacing: Bool) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileProblem("create", path, cause: "it exists and is not a regular file") }
        guard replacing else { throw FileProblem("create", path, cause: FileProblem.inTheWay) }
    }

    package func write(_ bytes: ByteBuffer, block index: Int) throws {
        try file.write(bytes, at: Int64(index) * Int64(DiskBlock.size))
    }

    package func write(_ bytes: ByteBuffer, at offset: Int64) throws {
        try file.write(bytes, at: offset)
    }

    /// Gives the file its length, makes it durable and puts it in its place.
    package func finish(length: Int64) throws {
        guard ftruncate(file.descriptor, off_t(length)) == 0 else { throw FileProblem("set the length of", partialPath, errno: errno) }
        guard fsync(file.descriptor) == 0 else { throw FileProblem("write", partialPath, errno: errno) }
        try Self.checkPlace(path, replacing: replaces)
        guard rename(partialPath, path) == 0 else { throw FileProblem("rename \(partialPath) to", path, errno: errno) }
        let folder = try OpenFile("open", PathText.folder(of: path), flags: O_RDONLY)
        guard fsync(folder.descriptor) == 0 else { throw FileProblem("write", folder.path, errno: errno) }
    }

    /// Takes the unfinished file away.
    package func discard() {
        unlink(partialPath)
    }
}
