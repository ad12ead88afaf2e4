import Crypto
import Files
import Foundation
import Glibc

/// Copies a part of a file, and proves by reading it back from the disk that it arrived.
struct ProvenCopy {
    private static let pieceBytes = 4 << 20

    /// Makes the first `length` bytes of `target` those of `source`, of which the first `known` are there already. Blocks.
    ///
    /// - Returns: the SHA-256 of the whole, in hexadecimal digits.
    static func run(from source: String, to target: String, known: Int64 = 0, length: Int64) throws -> String {
        let input = try OpenFile(source, O_RDONLY)
        let output = try OpenFile(target, O_RDWR | O_CREAT)
        guard ftruncate(output.descriptor, off_t(known)) == 0 else {
            throw DataFolderError(path: target, doing: "cutting it", errno: errno)
        }
        let writer = FileWriter(descriptor: output.descriptor)
        var read = SHA256()
        // What is there was proven when it was copied; it is read once more, so that a backup that has rotted is not added to.
        try input.pieces(0..<length, of: pieceBytes) { piece, offset in
            read.update(bufferPointer: piece)
            guard offset + Int64(piece.count) > known else { return }
            try write(UnsafeRawBufferPointer(rebasing: piece[Int(max(0, known - offset))...]), at: max(known, offset), to: writer, target)
        }
        guard fsync(output.descriptor) == 0 else { throw DataFolderError(path: target, doing: "syncing it", errno: errno) }
        let digest = hex(read.finalize())
        guard try sha256(of: output, length: length) == digest else {
            throw BackupUnusable(
                path: target,
                problem: "what was read back is not what was written: the disk, or the copy of before, is damaged"
            )
        }
        return digest
    }

    /// The SHA-256 of the first bytes of a file, read from the disk.
    static func sha256(of path: String, length: Int64) throws -> String { try sha256(of: OpenFile(path, O_RDONLY), length: length) }

    private static func sha256(of file: OpenFile, length: Int64) throws -> String {
        _ = posix_fadvise(file.descriptor, 0, 0, POSIX_FADV_DONTNEED)
        var hash = SHA256()
        try file.pieces(0..<length, of: pieceBytes) { piece, _ in hash.update(bufferPointer: piece) }
        return hex(hash.finalize())
    }

    private static func hex(_ digest: SHA256.Digest) -> String {
        digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64, to writer: FileWriter, _ path: String) throws {
        var done = 0
        while done < bytes.count {
            do {
                done += try writer.write(UnsafeRawBufferPointer(rebasing: bytes[done...]), at: UInt64(offset) + UInt64(done))
            } catch {
                guard error.errno != EINTR else { continue }
                throw DataFolderError(path: path, doing: "writing it", errno: error.errno)
            }
        }
    }
}

/// A descriptor that is closed when it is released.
private final class OpenFile {
    let descriptor: Int32
    private let path: String

    init(_ path: String, _ flags: Int32) throws {
        self.path = path
        descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw DataFolderError(path: path, doing: "opening it", errno: errno) }
    }

    deinit { close(descriptor) }

    /// Hands over a range from front to back; a file that ends before is an error.
    func pieces(_ range: Range<Int64>, of size: Int, _ body: (UnsafeRawBufferPointer, _ offset: Int64) throws -> Void) throws {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
        defer { memory.deallocate() }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let wanted = min(size, Int(range.upperBound - offset))
            // SAFETY: the kernel writes at most `wanted` bytes, which the buffer has, and only during the call.
            let count = pread(descriptor, memory.baseAddress, wanted, off_t(offset))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw DataFolderError(path: path, doing: "reading it", errno: errno) }
            guard count > 0 else {
                throw BackupUnusable(path: path, problem: "the file has \(offset) bytes and must have \(range.upperBound)")
            }
            try body(UnsafeRawBufferPointer(rebasing: memory[..<count]), offset)
            offset += Int64(count)
        }
    }
}
