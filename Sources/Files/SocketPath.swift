import Glibc

/// The path of a unix socket as the kernel takes it, 107 bytes at most, wherever its folder is: a long one goes through the open folder.
///
/// To be closed when the socket was bound or connected.
package struct SocketPath: Sendable {
    package static let bytesMax = 107

    package let text: String
    private let folder: Int32?

    /// - Throws: `SocketPathError` when the folder of a long path cannot be opened.
    package init(_ path: String) throws(SocketPathError) {
        guard path.utf8.count > Self.bytesMax else {
            (text, folder) = (path, nil)
            return
        }
        let opened = open(PathText.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { throw SocketPathError(path: path, errno: errno) }
        (text, folder) = ("/proc/self/fd/\(opened)/\(PathText.name(of: path))", opened)
    }

    package func close() {
        if let folder { Glibc.close(folder) }
    }
}

/// The folder of a socket cannot be opened.
package struct SocketPathError: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let errno: Int32

    package var description: String { "opening the folder of the socket \(path) failed: \(String(cString: strerror(errno)))" }
}
