import Foundation
import Metadata

/// A database in a folder of its own, which goes away with it.
final class TemporaryDatabase: Sendable {
    let folder: URL
    let database: Database

    var path: String { folder.appending(path: "test.sqlite").path() }

    init(_ schema: Schema = .region) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "ferry-metadata-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        database = try Database(path: folder.appending(path: "test.sqlite").path(), schema: schema)
    }

    deinit {
        try? database.close()
        try? FileManager.default.removeItem(at: folder)
    }

    func read<Value>(_ body: (Transaction) throws -> Value) throws -> Value { try database.blockingRead(body) }

    @discardableResult
    func write<Value>(_ body: (Transaction) throws -> Value) throws -> Value { try database.blockingWrite(body) }
}
