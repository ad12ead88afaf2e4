import Glibc

/// What a file has in one moment: as long as none of it changes, nor does what the file holds.
package struct FileStamp: Hashable, Sendable {
    private let seconds: Int
    private let nanoseconds: Int
    private let changedSeconds: Int
    private let changedNanoseconds: Int
    private let inode: UInt64
    private let bytes: Int64
    private let mode: UInt32

    /// - Returns: nil for a file that cannot be asked; `errno` says why.
    package init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
        changedSeconds = status.st_ctim.tv_sec
        changedNanoseconds = status.st_ctim.tv_nsec
        inode = UInt64(status.st_ino)
        bytes = Int64(status.st_size)
        mode = status.st_mode
    }

    package var isWritableByEverybody: Bool { mode & 0o002 != 0 }
}
