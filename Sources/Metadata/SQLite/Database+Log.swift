import Foundation
import GRDB

extension Database {
    /// Whose the file is once the first commit of its log that was counted is laid over it, and how far it had come then. SQLite lays a log over
    /// whatever file stands beside it: a file that has come less far than the commit before was put in the place of the log's own.
    ///
    /// Nil when the log has no such commit, and where that cannot be found out: in a folder that cannot be written to, on
    /// a full disk, beside a server that writes.
    package static func identityAfterFirstOfLog(_ path: String) -> Identity? { try? lookIntoLog(of: path) }

    private static func lookIntoLog(of path: String) throws -> Identity? {
        guard let log = try WriteAheadLog(path: path + "-wal"), let page = try SQLiteFile.pageOfIdentity(path),
            let length = try log.firstCommit(of: page)
        else { return nil }
        let files = FileManager.default
        let folder = "\(path)-look-\(UUID().uuidString)"
        try files.createDirectory(atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? files.removeItem(atPath: folder) }
        let look = folder + "/look.sqlite"
        // A link, because the file may be large. It is only read.
        try files.linkItem(atPath: path, toPath: look)
        try log.copy(length, to: look + "-wal")
        let pool = try DatabasePool(path: look, configuration: SQLiteFile.configuration(look, readonly: true))
        defer { try? pool.close() }
        return try pool.read { try IdentityTable(Transaction($0, SQLStatistics())).identity() }
    }
}

/// The log that SQLite keeps beside a database (https://sqlite.org/fileformat2.html#the_write_ahead_log): a header, and frames of a page each.
private struct WriteAheadLog {
    private static let headerBytes = 32
    private static let frameHeaderBytes = 24

    private let file: FileHandle
    private let pageBytes: Int
    /// Of the header; the frames of the log that is in use have the same.
    private let salts: Data

    /// Nil when there is no log, or it has no header.
    init?(path: String) throws {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        guard let header = try file.read(upToCount: Self.headerBytes), header.count == Self.headerBytes,
            [0x377f_0682, 0x377f_0683].contains(header.bigEndian(at: 0))
        else { return nil }
        self.file = file
        pageBytes = Int(header.bigEndian(at: 8))
        salts = header[16..<24]
        guard (512...65536).contains(pageBytes) else { return nil }
    }

    /// How many bytes the log has up to the end of the first commit that writes the page.
    func firstCommit(of page: UInt32) throws -> Int? {
        var length = Self.headerBytes
        var isWritten = false
        while true {
            try file.seek(toOffset: UInt64(length))
            guard let header = try file.read(upToCount: Self.frameHeaderBytes), header.count == Self.frameHeaderBytes,
                header[8..<16] == salts
            else { return nil }
            length += Self.frameHeaderBytes + pageBytes
            isWritten = isWritten || header.bigEndian(at: 0) == page
            // The last frame of a commit says how many pages the database has then.
            if isWritten, header.bigEndian(at: 4) != 0 { return length }
        }
    }

    func copy(_ length: Int, to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let copy = FileHandle(forWritingAtPath: path)
        else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
        try file.seek(toOffset: 0)
        var left = length
        while left > 0, let piece = try file.read(upToCount: min(left, 1 << 20)), !piece.isEmpty {
            try copy.write(contentsOf: piece)
            left -= piece.count
        }
        try copy.close()
    }
}

extension Data {
    fileprivate func bigEndian(at offset: Int) -> UInt32 {
        self[(startIndex + offset)..<(startIndex + offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
