import Foundation

/// Turns a disk in another format into a sparse raw file, by qemu-img when it is installed.
package enum DiskConversion {
    /// A raw file in a folder of its own; ``remove()`` takes both away.
    package struct Product: Sendable {
        package let path: String
        let folder: String

        package func remove() {
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    /// The path of qemu-img, looked for in `PATH`.
    package static func tool(searching path: String?) -> String? {
        (path ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/qemu-img" }.first { access($0, X_OK) == 0 }
    }

    /// Converts `path`, which holds `format`, into a new raw file under `temporaryFolder`.
    ///
    /// The format is named and not left to qemu-img's guess, because a guest can write any magic number into its raw disk.
    package static func convert(_ path: String, from format: DiskFormat, with tool: String, in temporaryFolder: String) async throws
        -> Product
    {
        var template = Array("\(temporaryFolder)/ferry-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FileProblem("create a folder in", temporaryFolder, errno: errno) }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let product = Product(path: "\(folder)/disk.raw", folder: folder)
        do {
            let source = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
            let arguments = ["convert", "-f", format.rawValue, "-O", "raw", "-S", "4k", "--", source, product.path]
            let complaint = try await run(tool, arguments, log: "\(folder)/qemu-img.log")
            if let complaint { throw FileProblem("convert", path, cause: "qemu-img: \(complaint)") }
            return product
        } catch {
            product.remove()
            throw error
        }
    }

    /// Runs a program to its end; returns what it wrote when it failed. A cancelled call stops the program.
    private static func run(_ tool: String, _ arguments: [String], log: String) async throws -> String? {
        guard FileManager.default.createFile(atPath: log, contents: nil), let output = FileHandle(forWritingAtPath: log) else {
            throw FileProblem("create", log, errno: errno)
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = output
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
                process.terminationHandler = { _ in done.resume() }
                do {
                    try process.run()
                } catch {
                    process.terminationHandler = nil
                    done.resume(throwing: error)
                }
            }
        } onCancel: {
            if process.isRunning { process.terminate() }
        }
        try Task.checkCancellation()
        guard process.terminationStatus != 0 else { return nil }
        let text = (try? String(contentsOfFile: log, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        return text.isEmpty ? "it ended with status \(process.terminationStatus)" : text
    }
}
