import Glibc

/// Keeps bytes and keys of a data folder where they are: a backup holds it with others, and what deletes or moves them holds it alone.
///
/// The kernel lets go of it when the process ends, however it ends.
struct RemovalHold: ~Copyable, Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    /// Nil when it is held by others in a way that excludes this.
    ///
    /// - Parameter isShared: to keep things where they are; else to move them.
    static func take(_ folder: DataFolder, isShared: Bool) throws -> RemovalHold? {
        var descriptor = open(folder.removalLock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        // On a folder that can only be read a lock can be taken on what is there.
        if descriptor < 0, [EROFS, EACCES].contains(errno) { descriptor = open(folder.removalLock, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else {
            let failure = errno
            // Where there is no lock and none can be made, nothing can be removed either.
            if isShared, [ENOENT, EROFS, EACCES].contains(failure) { return RemovalHold(descriptor: -1) }
            throw DataFolderError(path: folder.removalLock, doing: "opening the lock", errno: failure)
        }
        guard flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 else {
            let failure = errno
            close(descriptor)
            if failure == EWOULDBLOCK { return nil }
            throw DataFolderError(path: folder.removalLock, doing: "taking the lock", errno: failure)
        }
        return RemovalHold(descriptor: descriptor)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Lets go, at a place that the reader can see.
    consuming func release() {}
}

/// The same for whoever moves or deletes things, over a stretch of code that may throw.
final class HeldRemovals: Sendable {
    private let hold: RemovalHold

    /// - Throws: `BackupRuns`
    init(_ folder: DataFolder) throws {
        guard let hold = try RemovalHold.take(folder, isShared: false) else { throw BackupRuns() }
        self.hold = hold
    }

    /// Lets go when the last reference goes; said where the reader can see it.
    func release() {}
}

/// A backup of the folder runs: nothing is deleted or moved until it has ended.
package struct BackupRuns: Error, CustomStringConvertible {
    package var description: String { "a backup of the data folder runs: nothing is freed or moved until it has ended" }
}
