import Files
import Glibc

/// A unix socket for a process to inherit; closed here with this value.
struct InheritedSocket: ~Copyable {
    let descriptor: Int32

    /// One that listens, at a path where one may be of a process that has ended.
    init(listeningAt path: String) throws(MachineError) {
        unlink(path)
        descriptor = try Self.make(path) { bind($0, $1, $2) == 0 && listen($0, 1) == 0 }
    }

    /// One that is connected to who listens there, whether that has begun to look at it or not.
    init(connectedTo path: String) throws(MachineError) { descriptor = try Self.make(path) { connect($0, $1, $2) == 0 } }

    deinit { close(descriptor) }

    private static func make(_ path: String, _ ready: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool) throws(MachineError) -> Int32 {
        let place: SocketPath
        do { place = try SocketPath(path) } catch { throw MachineError(.process, "Cannot connect a machine to its network: \(error).") }
        defer { place.close() }
        // A queue that is full must not hold up this process.
        let made = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        defer { close(made) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: place.text.utf8) }
        let isReady = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { ready(made, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        guard isReady else {
            throw MachineError(.process, "Cannot connect a machine to its network at \(path): \(String(cString: strerror(errno))).")
        }
        // Above those that a child gets, so that none is replaced before it is passed on.
        return fcntl(made, F_DUPFD_CLOEXEC, 64)
    }
}
