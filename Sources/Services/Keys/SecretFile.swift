import Foundation
import Glibc
import Sealing

/// A file that holds a secret: read only when its owner alone can read it.
package struct SecretFile: Sendable {
    /// More than any key or passphrase has.
    private static let bytesMax = 4096

    package let path: String

    package init(path: String) { self.path = path }

    var exists: Bool { access(path, F_OK) == 0 }

    package func read() throws -> SecretBytes {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        guard status.st_mode & 0o077 == 0 else { throw RootKeyError.openToOthers(path: path) }
        var bytes = [UInt8](repeating: 0, count: Self.bytesMax)
        defer { bytes.withUnsafeMutableBytes { SecretBytes.wipe($0) } }
        let length = Glibc.read(descriptor, &bytes, Self.bytesMax)
        guard length >= 0 else { throw failure() }
        guard length < Self.bytesMax else {
            throw RootKeyError.unreadable(path: path, problem: "it is larger than \(Self.bytesMax - 1) bytes")
        }
        return bytes.withUnsafeBytes { SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0[..<length])) }
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
