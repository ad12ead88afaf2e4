import Foundation
import Glibc
import Synchronization

/// Stands between a client and PostgreSQL, and cuts the wire at a commit.
final class CutWire: Sendable {
    enum Cut: Sendable {
        /// The commit does not get to PostgreSQL.
        case before
        /// The commit does, and its answer does not come back.
        case after
    }

    struct Failed: Error { let doing: String }

    let folder: String
    private let target: String
    private let listener: Int32
    private let next = Mutex<Cut?>(nil)
    /// How many wires were cut.
    let cuts = Atomic<Int>(0)

    /// - Parameter target: the folder of PostgreSQL's socket.
    init(target: String, port: String) throws {
        let name = "/.s.PGSQL.\(port)"
        folder = NSTemporaryDirectory() + "wire-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.target = target + name
        listener = try Self.socket(at: folder + name) { Glibc.bind($0, $1, $2) }
        guard listen(listener, 16) == 0 else { throw Failed(doing: "listening") }
        Thread.detachNewThread { [self] in
            while case let client = accept(listener, nil, nil), client >= 0 { carry(client) }
        }
    }

    func close() {
        shutdown(listener, Int32(SHUT_RDWR))
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Cuts at the next commit.
    func cut(_ cut: Cut) { next.withLock { $0 = cut } }

    private func carry(_ client: Int32) {
        guard let server = try? Self.socket(at: target, { Glibc.connect($0, $1, $2) }) else {
            Glibc.close(client)
            return
        }
        let isMute = Mute()
        @Sendable func end() {
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(server, Int32(SHUT_RDWR))
        }
        Thread.detachNewThread { [self] in
            pump(from: client, to: server) { bytes in
                guard Data(bytes).range(of: Data("COMMIT\0".utf8)) != nil,
                    let cut = next.withLock({ cut in
                        defer { cut = nil }
                        return cut
                    })
                else { return true }
                cuts.add(1, ordering: .relaxed)
                isMute.value.store(cut == .after, ordering: .sequentiallyConsistent)
                return cut == .after
            }
            end()
        }
        Thread.detachNewThread { [self] in
            pump(from: server, to: client) { _ in !isMute.value.load(ordering: .sequentiallyConsistent) }
            end()
        }
    }

    private final class Mute: Sendable {
        let value = Atomic<Bool>(false)
    }

    /// Passes bytes on until either side ends, or `passes` says no.
    private func pump(from source: Int32, to sink: Int32, passes: ([UInt8]) -> Bool) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = recv(source, &buffer, buffer.count, 0), count > 0 {
            let bytes = Array(buffer.prefix(count))
            guard passes(bytes), send(sink, bytes, count, Int32(MSG_NOSIGNAL)) == count else { return }
        }
    }

    private static func socket(
        at path: String,
        _ use: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws -> Int32 {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { throw Failed(doing: "naming the socket \(path)") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { use(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        guard descriptor >= 0, status == 0 else { throw Failed(doing: "using the socket \(path)") }
        return descriptor
    }
}
