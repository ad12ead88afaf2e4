import Files
import Foundation

/// An open file, or block device, that a stranger may have made.
final class ImageFile: Sendable {
    let path: String
    let length: Int64
    let isDevice: Bool
    let identity: FileIdentity
    private let descriptor: Int32

    init(opening path: String) throws(DiskImageError) {
        let opened: DiskDescriptor
        do throws(DiskOpeningFailure) { opened = try DiskDescriptor(opening: path) } catch {
            throw DiskImageError(.file, "Cannot open \(path): \(error.cause).")
        }
        self.path = path
        (descriptor, length, isDevice, identity) = (opened.number, opened.length, opened.isDevice, opened.identity)
    }

    deinit { close(descriptor) }

    /// Reads up to `count` bytes at `offset`, fewer only at the end of the file.
    func read(_ count: Int, at offset: Int64) throws(DiskImageError) -> [UInt8] {
        var done = 0
        var failure: DiskImageError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { memory, filled in
            while done < count {
                // SAFETY: the buffer has `count` bytes, of which `done` are filled.
                let taken = pread(descriptor, memory.baseAddress?.advanced(by: done), count - done, off_t(offset) + off_t(done))
                if taken < 0, errno == EINTR { continue }
                if taken < 0 { failure = Self.problem("read", path) }
                if taken <= 0 { break }
                done += taken
            }
            filled = done
        }
        if let failure { throw failure }
        return bytes
    }

    // Linux, `lseek(2)`; it is behind a feature macro that the module map does not set everywhere.
    private static let seekData: Int32 = 3

    /// Where data begin at or behind a place; nil when only a hole follows.
    func data(from offset: Int64) throws(DiskImageError) -> Int64? {
        guard offset < length else { return nil }
        let start = lseek(descriptor, off_t(offset), Self.seekData)
        guard start < 0 else { return Int64(start) }
        switch errno {
        case ENXIO: return nil
        // Block devices and some file systems cannot tell: everything may be data.
        case EINVAL, EOPNOTSUPP, ENOTSUP: return offset
        default: throw Self.problem("read", path)
        }
    }

    private static func problem(_ doing: String, _ path: String) -> DiskImageError {
        DiskImageError(.file, "Cannot \(doing) \(path): \(String(cString: strerror(errno))).")
    }
}

/// The part of a file that holds one disk.
struct ImageRange: Sendable {
    let file: ImageFile
    let offset: Int64
    let length: Int64

    init(_ file: ImageFile) { (self.file, offset, length) = (file, 0, file.length) }

    init(_ file: ImageFile, offset: Int64, length: Int64) { (self.file, self.offset, self.length) = (file, offset, length) }

    /// Reads up to `count` bytes, fewer only at the end of the range; none outside it.
    func read(_ count: Int, at place: Int64) throws(DiskImageError) -> [UInt8] {
        guard place >= 0, place < length else { return [] }
        return try file.read(Int(min(Int64(count), length - place)), at: offset + place)
    }

    /// All of `count` bytes of what `name` calls them.
    func fields(_ count: Int, at place: Int64, of name: String) throws(DiskImageError) -> HeaderFields {
        let bytes = try read(count, at: place)
        guard bytes.count == count else {
            throw DiskImageError(.content, "The file ends before its \(name) does: it is damaged, or was cut short.")
        }
        return HeaderFields(bytes)
    }

    func detectFormat() throws(DiskImageError) -> DiskFormat {
        let tail = length >= Int64(DiskFormat.tailBytes) ? try read(DiskFormat.tailBytes, at: length - Int64(DiskFormat.tailBytes)) : []
        return DiskFormat.detect(head: try read(DiskFormat.headBytes, at: 0), tail: tail)
    }

    /// The same of a file whose name, unless it is nil, counts as well: a raw disk can begin with a tar archive.
    func detectFormat(named name: String?) throws(DiskImageError) -> DiskFormat {
        let found = try detectFormat()
        guard let name else { return found }
        if found == .raw, !file.isDevice { try DiskFormat.checkIsRaw(named: name) }
        guard found == .ova, file.isDevice || DiskFormat.isRaw(named: name) else { return found }
        return try OVA.isOne(file) ? .ova : .raw
    }
}

/// Bytes of a header, read as numbers. Whoever asks knows that they are there: ``ImageRange/fields(_:at:of:)`` has counted them.
struct HeaderFields {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func big<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value {
        Value(bigEndian: number(at: offset))
    }

    func little<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value {
        Value(littleEndian: number(at: offset))
    }

    // SAFETY: it is checked that the number lies inside the bytes, and every bit pattern is an integer.
    private func number<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Value {
        bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self)
    }

    /// What stands there up to a zero.
    var text: String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }

    func has(_ magic: [UInt8], at offset: Int = 0) -> Bool { bytes[offset...].starts(with: magic) }
}
