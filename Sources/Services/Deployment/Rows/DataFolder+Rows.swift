import Domain
import Foundation
import Metadata

/// Where the rows of a data folder are: in SQLite files beside the packs, or in a database of PostgreSQL. A folder has them in one place for good.
extension DataFolder {
    /// - Parameter url: of the database in PostgreSQL that holds the rows; nil when they are in the folder.
    /// - Throws: `PostgresURLWrong`
    package init(path: String, database url: String?) throws {
        self.init(path: path, postgres: try url.map { try PostgresServer(url: $0) })
    }

    /// Says that the rows are in PostgreSQL, and in which database.
    private var rowsElsewhere: String { path + "/rows-in-postgresql" }
    /// Whether the rows are in a PostgreSQL.
    package var hasRowsElsewhere: Bool { FileIdentity(rowsElsewhere) != nil }

    /// Whether a server has been started on the folder.
    package var hasRows: Bool { FileIdentity(directoryDatabase) != nil || hasRowsElsewhere }

    /// Refuses a folder whose rows are in the other place than where they would be looked for.
    func checkPlaceOfRows() throws {
        if postgres == nil, hasRowsElsewhere {
            let name = (try? String(contentsOfFile: rowsElsewhere, encoding: .utf8))?.split(separator: "\n").first.map(String.init)
            throw RowsElsewhere(path: path, database: name ?? "a database of PostgreSQL")
        }
        if postgres != nil, FileIdentity(directoryDatabase) != nil { throw RowsInFiles(path: path) }
    }

    /// Notes where the rows are, before any are made.
    func settlePlaceOfRows() throws {
        try checkPlaceOfRows()
        guard let postgres, FileIdentity(rowsElsewhere) == nil else { return }
        try write(postgres.name + "\n", to: rowsElsewhere)
    }

    /// Keeps other servers off the database of the rows, where they are not in the folder, whose own lock does that.
    package func takeDatabase() throws { try postgres?.serve() }
    package func releaseDatabase() { postgres?.stopServing() }

    /// Opens the directory to write it, made when it is missing.
    package func openDirectory(check: (Transaction) throws -> Void = { _ in }) throws -> Database {
        guard let postgres else { return try Database(path: directoryDatabase, schema: .directory, check: check) }
        return try Database(in: postgres, of: Recover.directoryName, schema: .directory, check: check)
    }

    /// Opens the rows of a Region to write them, made when they are missing.
    package func openRows(
        of region: Region,
        statistics: SQLStatistics = SQLStatistics(),
        check: (Transaction) throws -> Void = { _ in }
    ) throws -> Database {
        guard let postgres else {
            return try Database(path: regionDatabase(region), schema: .region, statistics: statistics, check: check)
        }
        return try Database(in: postgres, of: region.rawValue, schema: .region, statistics: statistics, check: check)
    }

    /// The directory, for messages.
    var nameOfDirectory: String { postgres.map { "the directory in \($0.name)" } ?? directoryDatabase }

    /// The rows of a Region, for messages.
    func nameOfRows(_ region: Region) -> String {
        postgres.map { "schema \($0.schema(of: region.rawValue)) of \($0.name)" } ?? regionDatabase(region)
    }
}

/// The rows of a data folder are in PostgreSQL, and were looked for in the folder.
package struct RowsElsewhere: Error, CustomStringConvertible {
    let path: String
    let database: String

    package var description: String {
        "the rows of \(path) are in \(database). Serve it with ferry serve --database; commands that work on the files of a folder"
            + " cannot be used on it (docs/operating.md says what does their work)"
    }
}

/// The rows of a data folder are in files, and were to be in PostgreSQL.
package struct RowsInFiles: Error, CustomStringConvertible {
    let path: String

    package var description: String {
        "the rows of \(path) are in SQLite files: serve it without --database, or name a new folder with --data. Rows are not moved from"
            + " one to the other"
    }
}
