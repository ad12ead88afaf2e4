import Files
import Foundation
import NIOCore

/// An open file descriptor, closed when nobody holds it any more.
final class OpenFile: Sendable {
    let path: String
    let descriptor: Int32
    private let writer: FileWriter

    convenience init(_ doing: String, _ path: String, flags: Int32, mode: mode_t = 0o644) throws {
        let descriptor = open(path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileProblem(doing, path, errno: errno) }
        self.init(path, descriptor: descriptor)
    }

    /// Takes a descriptor over.
    init(_ path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
        writer = FileWriter(descriptor: descriptor)
    }

    deinit { close(descriptor) }

    /// Reads up to `count` bytes at `offset`, fewer only at the end of the file.
    func read(_ count: Int, at offset: Int64) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { memory in
            var done = 0
            while done < count {
                // SAFETY: the buffer has at least `count` writable bytes, of which `done` are filled.
                let taken = pread(descriptor, memory.baseAddress?.advanced(by: done), count - done, off_t(offset) + off_t(done))
                if taken < 0, errno == EINTR { continue }
                guard taken >= 0 else { throw FileProblem("read", path, errno: errno) }
                if taken == 0 { break }
                done += taken
            }
            return done
        }
        return buffer
    }

    /// Writes all readable bytes at `offset`.
    func write(_ buffer: ByteBuffer, at offset: Int64) throws {
        try buffer.withUnsafeReadableBytes { memory in
            var done = 0
            while done < memory.count {
                do throws(WriteFailure) {
                    done += try writer.write(UnsafeRawBufferPointer(rebasing: memory.dropFirst(done)), at: UInt64(offset) + UInt64(done))
                } catch {
                    guard error.errno == EINTR else { throw FileProblem("write", path, errno: error.errno) }
                }
            }
        }
    }
}
