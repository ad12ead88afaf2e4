import Glibc

/// Keeps a second server off a data folder. The kernel lets go of it when the process ends, however it ends.
package struct DataFolderLock: ~Copyable, Sendable {
    private let descriptor: Int32
    /// The folder itself is locked too, since the file can be deleted, and another one made. Negative where a folder cannot be locked.
    private let folder: Int32

    init(path: String, in folder: String) throws { (descriptor, self.folder) = try Self.take(path, folder) }

    private static func take(_ path: String, _ folder: String) throws -> (file: Int32, folder: Int32) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw DataFolderError(path: path, doing: "opening the lock", errno: errno) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let failure = errno
            close(file)
            throw failure == EWOULDBLOCK
                ? DataFolderInUse(path: path) : DataFolderError(path: path, doing: "taking the lock", errno: failure)
        }
        let whole = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if whole >= 0, flock(whole, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            close(whole)
            close(file)
            throw DataFolderInUse(path: folder)
        }
        return (file, whole)
    }

    deinit {
        close(descriptor)
        if folder >= 0 { close(folder) }
    }

    /// Lets go of the folder, at a place that the reader can see.
    package consuming func release() {}
}

/// Another Ferry runs on the data folder.
package struct DataFolderInUse: Error, CustomStringConvertible {
    package let path: String

    package var description: String {
        "another ferry works on this data folder (\(path) is locked): stop it, or choose another with --data"
    }
}
