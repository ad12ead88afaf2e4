import Files
import Foundation
import Testing

@Suite struct SocketPathTests {
    /// A socket is bound and found in a folder whose path is longer than the kernel takes.
    @Test(arguments: [1, 8]) func aSocketIsThereHoweverLongItsPath(folders: Int) throws {
        let root = "/tmp/ferry-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: root) }
        let folder = root + String(repeating: "/" + String(repeating: "n", count: 40), count: folders)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = folder + "/a.sock"
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        #expect(try call(bind, listener, path) == 0)
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(listen(listener, 1) == 0)
        let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        #expect(try call(connect, client, path) == 0)
    }

    private func call(_ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ descriptor: Int32, _ path: String) throws -> Int32
    {
        let place = try SocketPath(path)
        defer { place.close() }
        try #require(place.text.utf8.count <= SocketPath.bytesMax)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: place.text.utf8) }
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }

    @Test func aFolderThatIsNotThere() {
        let path = "/nowhere/" + String(repeating: "n", count: 120) + "/a.sock"
        let error = #expect(throws: SocketPathError.self) { try SocketPath(path) }
        #expect(error?.description.contains(path) == true)
    }
}
