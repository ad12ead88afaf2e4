import Bundles
import Crypto
import Files
import Foundation
import Glibc
import Hexadecimal

/// Copies parts of files, and proves by reading them back from the disk that they arrived. Blocks.
struct ProvenCopy {
    private static let pieceBytes = 4 << 20
    /// What a disk fails to read at once.
    private static let sectorBytes = 4096

    /// A stretch of a file.
    struct Part: Sendable {
        let path: String
        let range: Range<Int64>

        init(_ path: String, _ range: Range<Int64>) {
            self.path = path
            self.range = range
        }
    }

    /// Makes a file of parts of others, one behind the other.
    ///
    /// - Returns: the SHA-256 of the whole, in hexadecimal digits.
    static func make(_ target: String, of parts: [Part]) throws -> String {
        let output = try OpenFile(target, O_RDWR | O_CREAT)
        try output.cut(to: 0)
        var (hash, end) = (SHA256(), Int64(0))
        for part in parts { try append(part, to: output, at: &end, &hash) }
        return try prove(output, from: 0, to: end, SHA256(), is: hash)
    }

    /// Puts a part behind the first bytes of a file, once these are proven to be those of `digest`; nil, and nothing is changed, when
    /// they are not.
    static func extend(_ target: String, known: Int64, digest: String, by part: Part) throws -> String? {
        let output = try OpenFile(target, O_RDWR)
        guard let before = try? hash(of: output, 0..<known), hex(before) == digest else { return nil }
        try output.cut(to: known)
        var (hash, end) = (before, known)
        try append(part, to: output, at: &end, &hash)
        return try prove(output, from: known, to: end, before, is: hash)
    }

    /// Copies what can be read of a file that is damaged: what cannot be read is zeros, and what is missing at its end is missing.
    static func salvage(_ source: String, to target: String, length: Int64) throws {
        let input = try OpenFile(source, O_RDONLY)
        let output = try OpenFile(target, O_RDWR | O_CREAT)
        try output.cut(to: 0)
        let end = min(length, try input.bytes())
        try output.cut(to: end)
        let writer = FileWriter(descriptor: output.descriptor)
        try input.pieces(0..<end, of: sectorBytes, skippingUnreadable: true) { try write($0, at: $1, to: writer, target) }
        try output.sync()
    }

    /// The SHA-256 of the first bytes of a file, read from the disk.
    static func sha256(of path: String, length: Int64) throws -> String { try sha256(of: [Part(path, 0..<length)]) }

    /// The SHA-256 of what `make` would make of the parts.
    static func sha256(of parts: [Part]) throws -> String {
        hex(try parts.reduce(SHA256()) { try hash(of: OpenFile($1.path, O_RDONLY), $1.range, behind: $0) })
    }

    // MARK: steps

    private static func append(_ part: Part, to output: OpenFile, at end: inout Int64, _ hash: inout SHA256) throws {
        let input = try OpenFile(part.path, O_RDONLY)
        let writer = FileWriter(descriptor: output.descriptor)
        let base = end - part.range.lowerBound
        try input.pieces(part.range, of: pieceBytes) { piece, offset in
            hash.update(bufferPointer: piece)
            try write(piece, at: base + offset, to: writer, output.path)
        }
        end += Int64(part.range.count)
    }

    private static func prove(_ output: OpenFile, from start: Int64, to end: Int64, _ before: SHA256, is wanted: SHA256) throws -> String {
        try output.sync()
        guard hex(try hash(of: output, start..<end, behind: before)) == hex(wanted) else {
            throw BackupUnusable(path: output.path, problem: "what was read back is not what was written: the disk is damaged")
        }
        return hex(wanted)
    }

    private static func hash(of file: OpenFile, _ range: Range<Int64>, behind start: SHA256 = SHA256()) throws -> SHA256 {
        // Only a hint to the kernel: a copy is synced before it is read.
        _ = posix_fadvise(file.descriptor, 0, 0, POSIX_FADV_DONTNEED)
        var hash = start
        try file.pieces(range, of: pieceBytes) { piece, _ in hash.update(bufferPointer: piece) }
        return hash
    }

    private static func hex(_ hash: SHA256) -> String { Hex.encode(hash.finalize()) }

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
    let path: String

    init(_ path: String, _ flags: Int32) throws {
        self.path = path
        // A FIFO that stands there is not waited for.
        descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { throw DataFolderError(path: path, doing: "opening it", errno: errno) }
    }

    deinit { close(descriptor) }

    func bytes() throws -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw DataFolderError(path: path, doing: "looking at it", errno: errno) }
        return Int64(status.st_size)
    }

    func cut(to length: Int64) throws {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw DataFolderError(path: path, doing: "cutting it", errno: errno) }
    }

    func sync() throws {
        guard fsync(descriptor) == 0 else { throw DataFolderError(path: path, doing: "syncing it", errno: errno) }
    }

    /// Hands over a range from front to back; a file that ends before is an error, and so is what cannot be read, unless it is skipped.
    func pieces(
        _ range: Range<Int64>,
        of size: Int,
        skippingUnreadable: Bool = false,
        _ body: (UnsafeRawBufferPointer, _ offset: Int64) throws -> Void
    ) throws {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
        defer { memory.deallocate() }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let wanted = min(size, Int(range.upperBound - offset))
            // SAFETY: the kernel writes at most `wanted` bytes, which the buffer has, and only during the call.
            let count = pread(descriptor, memory.baseAddress, wanted, off_t(offset))
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EIO, skippingUnreadable {
                offset += Int64(wanted)
                continue
            }
            guard count >= 0 else { throw DataFolderError(path: path, doing: "reading it", errno: errno) }
            guard count > 0 else {
                throw BackupUnusable(path: path, problem: "the file has \(offset) bytes and must have \(range.upperBound)")
            }
            try body(UnsafeRawBufferPointer(rebasing: memory[..<count]), offset)
            offset += Int64(count)
        }
    }
}
