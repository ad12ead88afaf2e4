import Glibc

/// A file or a block device with a disk in it, open to be read at any place. Who opens it closes it.
package struct DiskDescriptor {
    package let number: Int32
    package let length: Int64
    package let isDevice: Bool
    /// What tells it from every other file of this machine, whatever it is called.
    package let identity: FileIdentity

    /// Never waits: opening a pipe would last until somebody writes into it.
    package init(opening path: String) throws(DiskOpeningFailure) {
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { throw DiskOpeningFailure(cause: String(cString: strerror(errno))) }
        var status = stat()
        guard fstat(number, &status) == 0 else {
            let cause = String(cString: strerror(errno))
            close(number)
            throw DiskOpeningFailure(cause: cause)
        }
        if let objection = Self.objection(to: status.st_mode & S_IFMT) {
            close(number)
            throw DiskOpeningFailure(cause: objection)
        }
        self.number = number
        isDevice = status.st_mode & S_IFMT == S_IFBLK
        identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        // A block device has no size in its status, but an end to seek to.
        length = Int64(max(0, lseek(number, 0, SEEK_END)))
    }

    private static func objection(to kind: mode_t) -> String? {
        switch kind {
        case S_IFREG, S_IFBLK: nil
        case S_IFDIR: "it is a folder"
        case S_IFIFO, S_IFSOCK: "it is a pipe, and a disk is not read from front to back: write it to a file first, and give that"
        default: "it is neither a file nor a block device: write the disk to a file first, and give that"
        }
    }
}

package struct FileIdentity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
}

/// Why a file cannot be read as a disk: a clause without its path.
package struct DiskOpeningFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let cause: String

    package var description: String { cause }
}
