import Glibc

/// Keeps everybody else from opening a volume: two that wrote its layers would destroy them. The kernel lets go of it when the process ends.
package final class OverlayLock: Sendable {
    private let descriptor: Int32

    init(_ folder: String) throws {
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw IOFailure(call: "open", path: folder, errno: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            throw code == EWOULDBLOCK
                ? VolumeError(.inUse, "the volume in \(folder) is open already") : IOFailure(call: "flock", path: folder, errno: code)
        }
    }

    deinit { close(descriptor) }
}
