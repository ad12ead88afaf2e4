import Foundation

/// The programs that bundles were made with: openssl, gzip, tar.
enum Tool {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What the program says on its standard output.
    @discardableResult
    static func run(_ name: String, _ arguments: [String], in folder: URL) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [name] + arguments
        process.currentDirectoryURL = folder
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(name) \(arguments.joined(separator: " ")) ended with \(process.terminationStatus)")
        }
        return String(decoding: said, as: UTF8.self)
    }

    /// A script beside these tests.
    static func script(_ name: String, _ arguments: [String], in folder: URL) throws {
        try run(URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)").path, arguments, in: folder)
    }

    static func inFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bundles-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}
