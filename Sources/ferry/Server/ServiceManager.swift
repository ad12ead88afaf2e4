import Foundation
import Glibc

/// Tells systemd how the service stands (`Type=notify`), so that whoever starts it can use it as soon as the start has returned.
enum ServiceManager {
    enum State: String {
        case ready = "READY=1"
        case stopping = "STOPPING=1"
    }

    /// Sends a datagram to the socket that `NOTIFY_SOCKET` names. Without one, or when nobody reads it, nothing happens.
    static func tell(_ state: State) {
        guard let name = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"], name.hasPrefix("/") || name.hasPrefix("@") else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // A name in the abstract namespace begins with a zero byte, for which `@` stands.
        let path = name.hasPrefix("@") ? [0] + Array(name.utf8.dropFirst()) : Array(name.utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let length = MemoryLayout<sockaddr_un>.offset(of: \.sun_path).map { socklen_t($0 + path.count) } ?? 0

        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                sendto(descriptor, state.rawValue, state.rawValue.utf8.count, 0, target, length)
            }
        }
    }
}
