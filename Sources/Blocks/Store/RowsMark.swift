import Glibc
import Synchronization

/// Says, beside the packs of a Region, which rows they belong to and how far those have come: the file `rows.mark`.
///
/// It is written after each commit of the rows and not synced: after a power cut it may be behind the rows, and is never before them. So
/// rows that are behind it are older than the packs: a backup that was put back, or a file of another day.
///
/// Layout (little-endian, docs/formats/rows-mark.md), twice, at 0 and at 512, so that one that is cut off in writing leaves the other:
/// ```
/// 0   8   magic "FERRYMK" and 0
/// 8   2   version, 1
/// 10  2   bytes of the name
/// 12  4   zeros
/// 16  16  id of the rows
/// 32  8   commits
/// 40  72  name of the Region, filled up with zeros
/// 112 4   CRC32C of the 112 bytes before
/// ```
package final class RowsMark: Sendable {
    package struct Value: Hashable, Sendable {
        package let id: [UInt8]
        package let place: String
        package let commits: UInt64

        package init(id: [UInt8], place: String, commits: UInt64) {
            self.id = id
            self.place = place
            self.commits = commits
        }
    }

    package enum Reading: Hashable, Sendable {
        case missing
        /// The file is there, and neither copy of the mark can be read.
        case damaged
        case value(Value)
    }

    package static let fileName = "rows.mark"
    private static let magic: [UInt8] = Array("FERRYMK".utf8) + [0]
    private static let version: UInt16 = 1
    private static let idBytes = 16
    private static let placeBytesMax = 72
    private static let bytes = 116
    private static let copies: [UInt64] = [0, 512]

    private let id: [UInt8]
    private let place: String
    private let file: LocalPackFile
    private let last: Mutex<UInt64>

    /// Writes the mark anew into a folder of packs, durably.
    package init(_ value: Value, in folder: String) throws(StoreError) {
        precondition(value.id.count == Self.idBytes && value.place.utf8.count <= Self.placeBytesMax)
        id = value.id
        place = value.place
        last = Mutex(value.commits)
        do {
            file = try LocalPackFile(path: "\(folder)/\(Self.fileName)", flags: O_RDWR | O_CREAT)
            for place in Self.copies { try file.writeAll(Self.encoded(value), at: place) }
            try file.sync()
            try LocalPackStorage(path: folder).syncFolder()
        } catch {
            throw StoreError(error)
        }
    }

    /// Reads the mark of a folder of packs; an absent folder has none.
    package static func read(in folder: String) throws(StoreError) -> Reading {
        do {
            let file = try LocalPackFile(path: "\(folder)/\(fileName)", flags: O_RDONLY)
            var found: [Value] = []
            for place in copies {
                if let value = decoded(try file.readUp(to: bytes, at: place)) { found.append(value) }
            }
            guard let latest = found.max(by: { $0.commits < $1.commits }) else { return .damaged }
            return .value(latest)
        } catch {
            if error.errno == ENOENT || error.errno == ENOTDIR { return .missing }
            throw StoreError(error)
        }
    }

    /// The rows have come so far. A mark that cannot be written stays behind, which says less and nothing wrong.
    package func advance(to commits: UInt64) {
        let isNew = last.withLock { last in
            guard commits > last else { return false }
            last = commits
            return true
        }
        guard isNew else { return }
        // In turns, so that the one before stays whole.
        let place = Self.copies[Int(commits % UInt64(Self.copies.count))]
        try? file.writeAll(Self.encoded(Value(id: id, place: self.place, commits: commits)), at: place)
    }

    private static func encoded(_ value: Value) -> [UInt8] {
        var bytes = magic
        bytes.appendLittleEndian(version)
        bytes.appendLittleEndian(UInt16(value.place.utf8.count))
        bytes.appendLittleEndian(UInt32(0))
        bytes += value.id
        bytes.appendLittleEndian(value.commits)
        bytes += Array(value.place.utf8) + [UInt8](repeating: 0, count: placeBytesMax - value.place.utf8.count)
        bytes.appendLittleEndian(CRC32C.checksum(bytes))
        return bytes
    }

    private static func decoded(_ bytes: [UInt8]) -> Value? {
        guard bytes.count == Self.bytes, bytes.starts(with: magic) else { return nil }
        let span = bytes.span.bytes
        let length = Int(span.littleEndian(UInt16.self, at: 10))
        guard span.littleEndian(UInt32.self, at: 112) == CRC32C.checksum(bytes[..<112]),
            span.littleEndian(UInt16.self, at: 8) == version, length <= placeBytesMax
        else { return nil }
        return Value(
            id: Array(bytes[16..<32]),
            place: String(decoding: bytes[40..<40 + length], as: UTF8.self),
            commits: span.littleEndian(UInt64.self, at: 32)
        )
    }
}

extension LocalPackFile {
    fileprivate func writeAll(_ bytes: [UInt8], at offset: UInt64) throws(IOFailure) {
        var done = 0
        while done < bytes.count { done += try write(Array(bytes[done...]), at: offset + UInt64(done)) }
    }

    private func write(_ bytes: [UInt8], at offset: UInt64) throws(IOFailure) -> Int {
        let result = bytes.withUnsafeBytes { buffer in Result { () throws(IOFailure) in try write(buffer, at: offset) } }
        return try result.get()
    }

    fileprivate func readUp(to count: Int, at offset: UInt64) throws(IOFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let result = bytes.withUnsafeMutableBytes { buffer in Result { () throws(IOFailure) in try read(into: buffer, at: offset) } }
        return Array(bytes[..<(try result.get())])
    }
}
