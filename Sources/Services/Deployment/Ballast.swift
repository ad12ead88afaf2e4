import Glibc
import Logging
import ServiceLifecycle

/// A file of the data folder that only takes space, and is given up when the disk is full: so there is room to open the databases and to
/// write down what is deleted. It is made again when there is room once more.
package struct Ballast: Service, CustomStringConvertible {
    private static let bytes = 16 << 20
    private static let interval: Duration = .seconds(2)

    private let folder: DataFolder
    private let logger: Logger

    package init(folder: DataFolder, logger: Logger) {
        self.folder = folder
        self.logger = logger
    }

    /// As the log of services names it.
    package var description: String { "ballast" }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                settle()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Gives the file up when the disk is all but full, and makes it when there is room. Best effort: without it, a full disk is only harder to
    /// get over.
    package func settle() {
        guard let free = freeBytes() else { return }
        let isThere = access(folder.ballast, F_OK) == 0
        if isThere, free < Self.bytes / 2 {
            guard unlink(folder.ballast) == 0 else { return }
            logger.warning("The disk is full: space that was kept for this is given up", metadata: ["bytes": "\(Self.bytes)"])
        } else if !isThere, free > 4 * Self.bytes {
            make()
        }
    }

    private func make() {
        let descriptor = open(folder.ballast, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if posix_fallocate(descriptor, 0, off_t(Self.bytes)) != 0 { unlink(folder.ballast) }
    }

    private func freeBytes() -> Int? {
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0 else { return nil }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }
}
