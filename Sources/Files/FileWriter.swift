import Glibc
import Synchronization

/// Writes to one open file from several threads, at the speed of the disk and without filling the page cache.
///
/// Two things that the kernel does badly are done here instead. It lets one writer at a time into a file, and the others spin on their
/// cores until it is their turn: here they sleep. And it leaves all dirty pages to the sync at the end: here a chunk starts on its way
/// to the disk as soon as the next one is begun, and leaves the page cache some chunks later, when it is clean. A stream then moves
/// through a few dozen MiB of memory that is used again and again (docs/decisions/0008-page-cache.md has the figures).
///
/// Both are hints and change nothing that a reader or a sync sees. The owner of the descriptor keeps it open for as long as it writes.
package final class FileWriter: Sendable {
    package static let chunkBytes: UInt64 = 8 << 20
    /// How many chunks may be on their way: fewer, and the kernel is asked to drop what is not clean yet.
    static let chunksUnderway = 4

    private struct State {
        var chunk: UInt64 = 0
        var underway: [UInt64] = []
    }

    private let descriptor: Int32
    private let state = Mutex(State())

    package init(descriptor: Int32) { self.descriptor = descriptor }

    /// One `pwrite`: the number of bytes written, which may be fewer than were given.
    ///
    /// Throws the `errno` of the call.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(WriteFailure) -> Int {
        let result = state.withLock { state -> Result<Int, WriteFailure> in
            // SAFETY: the kernel reads at most `count` bytes of the buffer, and only during the call.
            let count = pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(offset))
            guard count >= 0 else { return .failure(WriteFailure(errno: errno)) }
            begin((offset + UInt64(count)) / Self.chunkBytes, in: &state)
            return .success(count)
        }
        return try result.get()
    }

    /// Writes that come late into a chunk that was left behind go to the disk with the next sync.
    private func begin(_ chunk: UInt64, in state: inout State) {
        guard chunk > state.chunk else { return }
        dropFromCache(state.chunk)
        state.underway.append(state.chunk)
        if state.underway.count > Self.chunksUnderway { dropFromCache(state.underway.removeFirst()) }
        state.chunk = chunk
    }

    /// Of a chunk that is dirty, this starts the writing; of a clean one, it frees the memory (`man 2 posix_fadvise`, POSIX_FADV_DONTNEED).
    private func dropFromCache(_ chunk: UInt64) {
        _ = posix_fadvise(descriptor, off_t(chunk * Self.chunkBytes), off_t(Self.chunkBytes), POSIX_FADV_DONTNEED)
    }
}

/// A `pwrite` that failed.
package struct WriteFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let errno: Int32

    package var description: String { "writing failed: \(String(cString: strerror(errno)))" }
}
