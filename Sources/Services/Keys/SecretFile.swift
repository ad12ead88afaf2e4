import Foundation
import Glibc
import Sealing

/// A file that holds a secret: read only when its owner alone can read it.
package struct SecretFile: Sendable {
    /// More than any key or passphrase has.
    private static let bytesMax = 4096
    /// How long a pipe may be silent: the program behind it may ask its user something.
    private static let pipeMilliseconds: Int32 = 60_000

    package let path: String

    package init(path: String) { self.path = path }

    var exists: Bool { access(path, F_OK) == 0 }

    package func read() throws -> SecretBytes {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        guard [S_IFREG, S_IFIFO].contains(status.st_mode & S_IFMT) else {
            throw RootKeyError.unreadable(path: path, problem: "it is neither a file nor a pipe")
        }
        guard status.st_mode & 0o077 == 0 else { throw RootKeyError.openToOthers(path: path) }
        var bytes = [UInt8](repeating: 0, count: Self.bytesMax)
        defer { bytes.withUnsafeMutableBytes { SecretBytes.wipe($0) } }
        let length = try fill(&bytes, from: descriptor)
        guard length < Self.bytesMax else {
            throw RootKeyError.unreadable(path: path, problem: "it is larger than \(Self.bytesMax - 1) bytes")
        }
        return bytes.withUnsafeBytes { SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0[..<length])) }
    }

    /// Reads to the end of a file, or of a pipe that somebody writes into.
    private func fill(_ bytes: inout [UInt8], from descriptor: Int32) throws -> Int {
        var length = 0
        while length < bytes.count {
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, Self.pipeMilliseconds) > 0 else {
                throw RootKeyError.unreadable(path: path, problem: "it is a pipe, and nothing comes out of it")
            }
            let count = bytes.withUnsafeMutableBytes { all in
                let rest = UnsafeMutableRawBufferPointer(rebasing: all[length...])
                return Glibc.read(descriptor, rest.baseAddress, rest.count)
            }
            guard count >= 0 else { throw failure() }
            if count == 0 { break }
            length += count
        }
        return length
    }

    /// The text of a file without the line end that editors leave.
    package func readLine() throws -> SecretBytes {
        let whole = try read()
        return whole.withUnsafeBytes { bytes in
            var text = bytes[...]
            while let last = text.last, [0x0A, 0x0D].contains(last) { text = text.dropLast() }
            return SecretBytes(copying: UnsafeRawBufferPointer(rebasing: text))
        }
    }

    func rootKey() throws -> RootKey {
        guard let key = RootKey(fileText: try read()) else { throw RootKeyError.notAKeyFile(path: path) }
        return key
    }

    private func failure() -> RootKeyError { .unreadable(path: path, problem: String(cString: strerror(errno))) }
}
