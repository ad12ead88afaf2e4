import DiskImages
import Foundation
import TestSupport
import Testing

/// A folder in which disks are made by qemu-img and tar; it goes with all that is in it.
struct Workshop: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let folder: String

    static func use<Value>(_ body: (Workshop) async throws -> Value) async throws -> Value {
        let folder = NSTemporaryDirectory() + "disk-images-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(Workshop(folder: folder))
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func bytes(of name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path(name)))) }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: path(name)))
        return path(name)
    }

    /// Changes a file by its bytes.
    func change(_ name: String, _ body: (inout [UInt8]) throws -> Void) throws {
        var bytes = try bytes(of: name)
        try body(&bytes)
        try write(bytes, to: name)
    }

    var names: Set<String> { get throws { Set(try FileManager.default.contentsOfDirectory(atPath: folder)) } }

    /// A raw disk of some data, some zeros, and an end that is no whole grain or block of any format.
    func makeDisk(_ name: String = "disk.raw", seed: UInt64 = 1, megabytes: Int = 9) throws -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        var disk = [UInt8](repeating: 0, count: megabytes << 20 + 512 * 5)
        for (place, count) in [(0, 70_000), (megabytes << 19 + 77, 200_000), (disk.count - 512, 512)] {
            disk.replaceSubrange(place..<place + count, with: random.bytes(count))
        }
        try write(disk, to: name)
        return disk
    }

    @discardableResult
    func run(_ tool: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        process.currentDirectoryURL = URL(filePath: folder)
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: "\(tool) \(arguments): \(said)") }
        return said
    }

    /// A stand-in for qemu-img in a folder of its own, to look for it there.
    func makeTool(_ body: String) throws -> String {
        let tools = path("tools")
        try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
        // By another process: a child that some test forks meanwhile would hold the file open for writing, and it could not be run.
        try run("sh", ["-c", "printf %s \"$1\" > \"$2\" && chmod +x \"$2\"", "sh", "#!/bin/sh\n\(body)\n", "\(tools)/qemu-img"])
        return tools
    }
}

/// The forms that qemu-img makes of a disk.
struct Form: Sendable, CustomTestStringConvertible {
    let format: DiskFormat
    let driver: String
    let options: String
    var flags: [String] = []

    var testDescription: String { ([driver, options] + flags).joined(separator: " ") }

    static let imported = [
        Form(format: .vmdk, driver: "vmdk", options: "subformat=monolithicSparse"),
        Form(format: .vmdk, driver: "vmdk", options: "subformat=streamOptimized"),
        Form(format: .vhd, driver: "vpc", options: "subformat=dynamic,force_size=on"),
        Form(format: .vhd, driver: "vpc", options: "subformat=fixed,force_size=on"),
        Form(format: .vhdx, driver: "vhdx", options: "subformat=dynamic"),
        Form(format: .vhdx, driver: "vhdx", options: "subformat=fixed"),
    ]
    static let others = [
        Form(format: .qcow2, driver: "qcow2", options: "compat=1.1"), Form(format: .qcow2, driver: "qcow2", options: "compat=0.10"),
        Form(format: .qed, driver: "qed", options: ""), Form(format: .vdi, driver: "vdi", options: "static=off"),
    ]
    /// Other ways to lay out the same formats.
    static let variants = [
        Form(format: .qcow2, driver: "qcow2", options: "cluster_size=512"),
        Form(format: .qcow2, driver: "qcow2", options: "cluster_size=2M"),
        Form(format: .qcow2, driver: "qcow2", options: "compression_type=zlib", flags: ["-c"]),
        Form(format: .qcow2, driver: "qcow2", options: "compression_type=zstd", flags: ["-c"]),
        Form(format: .qcow2, driver: "qcow2", options: "cluster_size=4k", flags: ["-c"]),
        Form(format: .qcow2, driver: "qcow2", options: "extended_l2=on"),
        Form(format: .qcow2, driver: "qcow2", options: "lazy_refcounts=on"),
        Form(format: .qcow2, driver: "qcow2", options: "preallocation=metadata"),
        Form(format: .qcow2, driver: "qcow2", options: "preallocation=falloc,refcount_bits=1"),
        Form(format: .qed, driver: "qed", options: "cluster_size=4096,table_size=4"),
        Form(format: .vdi, driver: "vdi", options: "static=on"),
        Form(format: .vhdx, driver: "vhdx", options: "block_size=2M"),
    ]

    /// Makes it of a raw disk.
    @discardableResult
    func make(_ name: String, of raw: String = "disk.raw", in shop: Workshop) throws -> String {
        let options = options.isEmpty ? [] : ["-o", options]
        try shop.run("qemu-img", ["convert", "-f", "raw", "-O", driver] + flags + options + [raw, name])
        return shop.path(name)
    }
}

extension DiskConverter {
    /// Proves the disk whole, and converts it.
    func convert(_ disk: DiskImage, to product: String, progress: @escaping Progress = { _ in }) async throws {
        try await convert(try await WholeDisk(proving: disk), to: product, progress: progress)
    }
}
