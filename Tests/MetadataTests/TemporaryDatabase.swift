import Foundation
import Metadata
import TestSupport

/// A database of its own, in a folder or in PostgreSQL, which goes away with it.
final class TemporaryDatabase: Sendable {
    let folder: URL
    let database: Database
    let server: PostgresServer?

    /// Of the SQLite file.
    var path: String { folder.appending(path: "test.sqlite").path() }

    init(_ schema: Schema = .region) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "ferry-metadata-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        server = try TestRows.server()
        database = try Self.open(schema, in: server, or: folder)
    }

    deinit {
        try? database.close()
        try? server?.erase()
        try? FileManager.default.removeItem(at: folder)
    }

    /// The same rows as another process would open them.
    func openAgain(_ schema: Schema = .region) throws -> Database { try Self.open(schema, in: server, or: folder) }

    private static func open(_ schema: Schema, in server: PostgresServer?, or folder: URL) throws -> Database {
        guard let server else { return try Database(path: folder.appending(path: "test.sqlite").path(), schema: schema) }
        return try Database(in: server, of: "test", schema: schema)
    }

    func read<Value>(_ body: (Transaction) throws -> Value) throws -> Value { try database.blockingRead(body) }

    @discardableResult
    func write<Value>(_ body: (Transaction) throws -> Value) throws -> Value { try database.blockingWrite(body) }
}
