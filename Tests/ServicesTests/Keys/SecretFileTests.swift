import Foundation
import Sealing
import Services
import Testing

@Suite struct SecretFileTests {
    @Test func aPipeIsReadToItsEnd() throws {
        let path = NSTemporaryDirectory() + "ferry-secret-\(UUID().uuidString)"
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        Thread {
            // Waits for the reader.
            let writer = open(path, O_WRONLY | O_CLOEXEC)
            for part in ["from", " a ", "pipe\n"] { _ = write(writer, part, part.utf8.count) }
            close(writer)
        }.start()
        let secret = try SecretFile(path: path).readLine()
        #expect(secret.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } == "from a pipe")
    }

    @Test func aFolderOrDeviceIsNoSecret() {
        for path in ["/", "/dev/null"] {
            let problem = #expect(throws: RootKeyError.self) { try SecretFile(path: path).read() }
            #expect("\(problem as Any)".contains("neither a file nor a pipe"))
        }
    }
}
