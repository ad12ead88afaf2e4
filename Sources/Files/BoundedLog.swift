import Glibc

/// A file that keeps the last bytes of an endless stream, and is never larger than they are.
///
/// Eight bytes say how many came in all; behind them is a ring. The bytes are written before their count, so that a reader who finds the same
/// count before and after has read what it says. One process writes; any number read, at any time, also when the writer is gone.
package struct BoundedLog: ~Copyable {
    package static let keptBytes = 65_536
    private static let headerBytes = 8

    private let descriptor: Int32
    private var total: UInt64

    /// Opens it to go on where it ended, or makes it, for its owner alone.
    package init(appendingTo path: String) throws(BoundedLogFailure) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BoundedLogFailure(path: path, cause: String(cString: strerror(errno))) }
        total = Self.count(in: descriptor) ?? 0
    }

    deinit { close(descriptor) }

    /// What cannot be written is lost: a guest does not stop for its console.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes.suffix(Self.keptBytes)
        total += UInt64(bytes.count - rest.count)
        while !rest.isEmpty {
            let place = Int(total % UInt64(Self.keptBytes))
            let piece = rest.prefix(Self.keptBytes - place)
            guard
                pwrite(descriptor, UnsafeRawBufferPointer(rebasing: piece).baseAddress, piece.count, off_t(Self.headerBytes + place))
                    == piece.count
            else { return }
            total += UInt64(piece.count)
            rest = rest.dropFirst(piece.count)
        }
        withUnsafeBytes(of: total.littleEndian) { _ = pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// How many bytes came in all, and the last of them. Nil when there is no such file.
    package static func read(_ path: String) -> (total: UInt64, bytes: [UInt8])? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var ring = [UInt8](repeating: 0, count: keptBytes)
        // A writer who is faster than this tears at most what it writes just now.
        for attempt in 1...8 {
            guard let total = count(in: descriptor) else { return (0, []) }
            let read = ring.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(headerBytes)) }
            guard read >= 0, attempt == 8 || count(in: descriptor) == total else { continue }
            guard total > UInt64(keptBytes) else { return (total, Array(ring[..<min(Int(total), read)])) }
            let place = Int(total % UInt64(keptBytes))
            return (total, Array(ring[place...] + ring[..<place]))
        }
        return nil
    }

    private static func count(in descriptor: Int32) -> UInt64? {
        var count: UInt64 = 0
        let read = withUnsafeMutableBytes(of: &count) { pread(descriptor, $0.baseAddress, $0.count, 0) }
        return read == headerBytes ? UInt64(littleEndian: count) : nil
    }
}

package struct BoundedLogFailure: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let cause: String

    package var description: String { "Cannot open \(path): \(cause)." }
}
