import Glibc

/// Keeps a second server off a data folder. The kernel lets go of it when the process ends, however it ends.
package struct DataFolderLock: ~Copyable, Sendable {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DataFolderError(path: path, doing: "opening the lock", errno: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let failure = errno
            close(descriptor)
            throw failure == EWOULDBLOCK
                ? DataFolderInUse(path: path) : DataFolderError(path: path, doing: "taking the lock", errno: failure)
        }
    }

    deinit { close(descriptor) }

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
