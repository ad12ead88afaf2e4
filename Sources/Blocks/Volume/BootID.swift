import Glibc
import Hexadecimal

/// Tells one run of the kernel from another: what a process wrote is there for the next one as long as it is the same, synced or not.
package struct BootID: Hashable, Sendable {
    let bytes: [UInt8]

    static let byteCount = 16

    /// One that there never was.
    package static func random() -> BootID { BootID(bytes: (0..<byteCount).map { _ in UInt8.random(in: 0...255) }) }

    /// Of this run, or a random one where the kernel does not tell: then nothing is relied on but what was synced.
    package static let current: BootID = {
        let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .random() }
        defer { close(descriptor) }
        var text = [UInt8](repeating: 0, count: 64)
        // SAFETY: the kernel writes at most as many bytes as there are.
        let count = text.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        let digits = text.prefix(max(0, count)).filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "\n") }
        guard let bytes = Hex.decode(digits), bytes.count == byteCount else { return .random() }
        return BootID(bytes: bytes)
    }()
}
