import GRDB
import Glibc

/// The file of a database is damaged, or cannot be read or written: names it and says what to do.
package struct DatabaseUnusable: Error, CustomStringConvertible {
    package let path: String
    package let content: String
    package let remedy: String
    package let cause: any Error

    /// Whether something else is there than was written, and not whether it may be read or written.
    var isDamaged: Bool {
        switch cause {
        case let failure as SQLiteFailure:
            [ResultCode.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT].contains { $0.rawValue == failure.code }
        case let failure as PostgresError: failure.isDamage
        default: false
        }
    }

    package var description: String { "\(path), which holds \(content), cannot be used: \(cause). What to do: \(remedy)" }

    /// Runs `body`; an error that is about the file or the server and not about a statement names it.
    static func naming<Value>(_ path: String, _ schema: Schema, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw named(error, path, schema)
        }
    }

    static func naming<Value>(_ path: String, _ schema: Schema, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            throw named(error, path, schema)
        }
    }

    private static func named(_ error: any Error, _ path: String, _ schema: Schema) -> any Error {
        switch error {
        case let error as DatabaseError where error.resultCode == .SQLITE_FULL || isOfTheFile(error.resultCode) && isDiskFull(path):
            DatabaseDiskFull(path: path, content: schema.content)
        case let error as DatabaseError where isOfTheFile(error.resultCode):
            DatabaseUnusable(
                path: path,
                content: schema.content,
                remedy: schema.remedy,
                cause: SQLiteFailure(code: error.resultCode.rawValue, message: error.message ?? "no more is known")
            )
        case let error as PostgresError where error.isNoSpace: DatabaseDiskFull(path: path, content: schema.content)
        case let error as PostgresError where error.isDamage:
            DatabaseUnusable(path: path, content: schema.content, remedy: schema.remedy, cause: error)
        case is SchemaTooNew, is SchemaTooOld, is WrongDatabase:
            DatabaseRefused(path: path, cause: error)
        default: DatabaseUnavailable.named(error, place: path) ?? error
        }
    }

    private static func isOfTheFile(_ code: ResultCode) -> Bool {
        [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_IOERR].contains(code)
    }
}

extension DatabaseUnusable {
    /// SQLite calls it an error of reading and writing, or of opening, when there is no room for what it keeps beside the file.
    fileprivate static func isDiskFull(_ path: String) -> Bool {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return false }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 1 << 20
    }
}

/// There is no room on the disk for what SQLite has to write.
package struct DatabaseDiskFull: Error, CustomStringConvertible {
    package let path: String
    package let content: String

    package var description: String {
        "the disk is full: there is no room to work with \(path), which holds \(content). Nothing is wrong with it: make some MiB of room"
            + " on the disk, and try again"
    }
}

/// The database is whole, and not one that can be opened now.
package struct DatabaseRefused: Error, CustomStringConvertible {
    package let path: String
    package let cause: any Error

    package var description: String { "\(path): \(cause)" }
}

/// The file of a database that is to be read is not there.
package struct DatabaseMissing: Error, CustomStringConvertible {
    package let path: String
    package let content: String
    package let remedy: String

    package var description: String { "\(path), which holds \(content), is missing. What to do: \(remedy)" }
}

private struct SQLiteFailure: Error, CustomStringConvertible {
    let code: Int32
    let message: String

    var description: String { "\(message) (SQLite \(code))" }
}
