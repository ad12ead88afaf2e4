import CSlirp
import Glibc

/// Where Ferry says what is forwarded: a unix socket, for the same user alone.
struct ControlSocket {
    private static let mostClients = 4

    private struct Client {
        let descriptor: Int32
        var line: [UInt8] = []
    }

    private let listener: Int32
    private let user = geteuid()
    private var clients: [Client] = []

    /// - Parameter path: replaced when there is one: the helper before is gone, as its guest is.
    init(_ path: String) throws(HelperFailure) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else {
            throw HelperFailure("The path \(path) is longer than the \(room - 1) bytes that a socket may have.")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        unlink(path)
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        let before = umask(0o177)
        let bound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        umask(before)
        guard bound == 0, listen(listener, 4) == 0 else {
            throw HelperFailure("Cannot listen on \(path): \(String(cString: strerror(errno))).")
        }
    }

    var descriptors: [Int32] { [listener] + clients.map(\.descriptor) }

    /// Serves one of ``descriptors``; `answer` does what a command says, and returns a line.
    mutating func serve(_ descriptor: Int32, _ answer: (ControlCommand) -> String) {
        guard descriptor != listener else { return admit() }
        guard let place = clients.firstIndex(where: { $0.descriptor == descriptor }) else { return }
        var bytes = [UInt8](repeating: 0, count: ControlCommand.mostBytes)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else { return drop(place) }
        for byte in bytes[..<count] {
            guard byte == 0x0A else {
                clients[place].line.append(byte)
                guard clients[place].line.count <= ControlCommand.mostBytes else { return drop(place) }
                continue
            }
            let line = String(decoding: clients[place].line, as: UTF8.self)
            clients[place].line.removeAll()
            let text = (ControlCommand(line).map(answer) ?? "error \(EINVAL) no such command") + "\n"
            // A client that does not read its answers is none.
            let sent = text.utf8CString.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count - 1, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
            }
            guard sent == text.utf8.count else { return drop(place) }
        }
    }

    private mutating func admit() {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { return }
        var credentials = ferry_credentials()
        guard clients.count < Self.mostClients, ferry_peer_credentials(descriptor, &credentials) == 0, credentials.user == user else {
            close(descriptor)
            return
        }
        clients.append(Client(descriptor: descriptor))
    }

    private mutating func drop(_ place: Int) { close(clients.remove(at: place).descriptor) }
}
