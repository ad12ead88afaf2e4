import Client
import Foundation
import Testing

@Suite struct DiskFormatTests {
    private static func qcow2(version: UInt8 = 3, backing: UInt8 = 0, features: UInt8 = 0) -> [UInt8] {
        var head = [UInt8](repeating: 0, count: 512)
        head.replaceSubrange(0..<8, with: [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, version])
        head[15] = backing
        head[79] = features
        return head
    }

    @Test func formatsAreKnownByTheirMagic() {
        #expect(DiskFormat.detect(head: Self.qcow2(), tail: []) == .qcow2)
        #expect(DiskFormat.detect(head: Array("KDMV....".utf8), tail: []) == .vmdk)
        #expect(DiskFormat.detect(head: Array("vhdxfile".utf8), tail: []) == .vhdx)
        #expect(DiskFormat.detect(head: [0x1F, 0x8B, 0x08, 0], tail: []) == .gzip)
        #expect(DiskFormat.detect(head: [UInt8](repeating: 0, count: 64) + [0x7F, 0x10, 0xDA, 0xBE], tail: []) == .vdi)
        #expect(DiskFormat.detect(head: [0xEB, 0x63], tail: Array("conectix".utf8) + [UInt8](repeating: 0, count: 504)) == .vpc)
        #expect(DiskFormat.detect(head: [0xEB, 0x63, 0x90], tail: [UInt8](repeating: 0, count: 512)) == .raw)
        #expect(DiskFormat.detect(head: [], tail: []) == .raw)
    }

    @Test func referencesToOtherFilesAreFound() {
        #expect(DiskReferences.find(head: Self.qcow2(), format: .qcow2) == nil)
        #expect(DiskReferences.find(head: Self.qcow2(backing: 104), format: .qcow2) == "a backing file")
        #expect(DiskReferences.find(head: Self.qcow2(features: 0b100), format: .qcow2) == "an external data file")
        #expect(DiskReferences.find(head: Self.qcow2(version: 2, features: 0b100), format: .qcow2) == nil)
        #expect(DiskReferences.find(head: Array("# Disk DescriptorFile\n".utf8), format: .vmdk) == "other files")
        #expect(DiskReferences.find(head: Array("KDMV".utf8), format: .vmdk) == nil)
        #expect(DiskReferences.find(head: [], format: .qcow2) == nil)
    }

    /// A stand-in for qemu-img that copies, fails, or waits, after writing down its arguments.
    private func makeTool(_ folder: String, _ body: String) throws -> String {
        let tool = folder + "/qemu-img"
        let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" > \(folder)/arguments\n\(body)\n"
        // By another process: a child that some test forks meanwhile would hold the file open for writing, and it could not be run.
        let writer = Process()
        writer.executableURL = URL(fileURLWithPath: "/bin/sh")
        writer.arguments = ["-c", "printf %s \"$1\" > \"$2\" && chmod +x \"$2\"", "sh", script, tool]
        try writer.run()
        writer.waitUntilExit()
        return tool
    }

    @Test func conversionNamesTheFormatAndLeavesNothingBehind() async throws {
        try await withTemporaryFolder { folder in
            let tool = try makeTool(folder, "shift 8; cp \"$1\" \"$2\"")
            try makeDisk(folder + "/in.qcow2", length: 10, data: [0: [9]])
            let product = try await DiskConversion.convert(folder + "/in.qcow2", from: .qcow2, with: tool, in: folder)
            #expect(try DiskFile(opening: product.path).length == 10)
            let arguments = try String(contentsOfFile: folder + "/arguments", encoding: .utf8).split(separator: "\n").map(String.init)
            #expect(arguments == ["convert", "-f", "qcow2", "-O", "raw", "-S", "4k", "--", folder + "/in.qcow2", product.path])
            product.remove()
            #expect(!FileManager.default.fileExists(atPath: product.path))
        }
    }

    @Test func whatTheToolComplainsOfIsTold() async throws {
        try await withTemporaryFolder { folder in
            let tool = try makeTool(folder, "echo 'it is broken' >&2; exit 1")
            let problem = await #expect(throws: FileProblem.self) {
                try await DiskConversion.convert(folder + "/in", from: .vmdk, with: tool, in: folder)
            }
            #expect(problem?.cause == "qemu-img: it is broken")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("ferry-") }.isEmpty)
        }
    }

    @Test func theToolIsLookedForInThePath() async throws {
        try await withTemporaryFolder { folder in
            #expect(DiskConversion.tool(searching: folder) == nil)
            let tool = try makeTool(folder, "")
            #expect(DiskConversion.tool(searching: "/nowhere:" + folder) == tool)
        }
    }
}
