import Foundation

/// Runs `body` with a fresh folder and takes it away afterwards.
func withTemporaryFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = NSTemporaryDirectory() + "ferry-client-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

/// Makes a sparse file of `length` bytes with the given bytes at the given offsets.
func makeDisk(_ path: String, length: Int64, data: [Int64: [UInt8]] = [:]) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path) else {
        throw CocoaError(.fileWriteUnknown)
    }
    defer { try? handle.close() }
    try handle.truncate(atOffset: UInt64(length))
    for (offset, bytes) in data {
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: Data(bytes))
    }
}
