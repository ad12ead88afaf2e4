import Blocks
import Foundation
import NIOCore

/// A file in a scratch folder, written from front to back or block by block.
final class ScratchFile: Sendable {
    private let path: String
    private let pool: DiskPool
    private let handle: FileHandle

    /// - Parameter room: bytes that it will take at most.
    /// - Throws: `StoreError` `noSpace` when the Region's disk has not got them.
    init(creating path: String, room bytes: Int64, in tools: JobTools) throws {
        var status = statvfs()
        guard statvfs(tools.scratch.path, &status) == 0 else { throw StoreError(.io, "the scratch folder cannot be read") }
        // A gibibyte is left to everybody else.
        guard UInt64(status.f_bavail) * UInt64(status.f_frsize) > UInt64(bytes) + 1 << 30 else {
            throw StoreError(.noSpace, "converting the disk needs \(bytes) bytes beside what the Region's disk must keep free")
        }
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw StoreError(.io, "a scratch file cannot be made") }
        self.path = path
        pool = tools.scratch.pool
        self.handle = handle
    }

    deinit { try? handle.close() }

    func append(_ bytes: ByteBuffer) async throws {
        try await pool.run { [handle] in try Self.explained { try handle.write(contentsOf: Data(bytes.readableBytesView)) } }
    }

    func write(_ bytes: ByteBuffer, at offset: UInt64) async throws {
        try await pool.run { [handle] in
            try Self.explained {
                try handle.seek(toOffset: offset)
                try handle.write(contentsOf: Data(bytes.readableBytesView))
            }
        }
    }

    func finish(length: UInt64) async throws {
        try await pool.run { [handle] in try Self.explained { try handle.truncate(atOffset: length) } }
    }

    static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

    private static func explained(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
            throw StoreError(.noSpace, "the Region's disk is full")
        }
    }
}
