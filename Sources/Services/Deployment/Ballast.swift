import Blocks
import Glibc
import Logging
import ServiceLifecycle

/// A file of the data folder that only takes space, and is given up bit by bit when the disk is full: so there is room to open the databases
/// and to write down what is deleted, also when others fill the disk again. It is made anew when there is room once more.
package struct Ballast: Service, CustomStringConvertible {
    private static let bytes = 16 << 20
    /// What is to be free: the logs of the databases grow to this.
    private static let needed = 4 << 20
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

    /// Gives up what is needed of the file when the disk is all but full, and makes it whole when there is room. Best effort: without it, a
    /// full disk is only harder to get over.
    package func settle() {
        guard let free = (try? LocalPackStorage(path: folder.path).freeBytes()).map({ Int(clamping: $0) }) else { return }
        let left = size()
        if left > 0, free < Self.needed {
            let given = min(left, Self.needed - free)
            guard truncate(folder.ballast, off_t(left - given)) == 0 else { return }
            logger.warning(
                "The disk is full: space that was kept for this is given up",
                metadata: ["bytes": "\(given)", "bytes_left": "\(left - given)"]
            )
        } else if left < Self.bytes, free > 4 * Self.bytes {
            make()
        }
    }

    private func size() -> Int {
        var status = stat()
        return stat(folder.ballast, &status) == 0 ? Int(status.st_size) : 0
    }

    private func make() {
        let descriptor = open(folder.ballast, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if posix_fallocate(descriptor, 0, off_t(Self.bytes)) != 0 { unlink(folder.ballast) }
    }
}
