import CSlirp
import Files
import Glibc

/// The network and the serial console of one guest, in a process of its own that lives as long as the guest, whether Ferry does or not.
package final class NetworkProcess {
    package struct Settings: Hashable, Sendable {
        package let identity: GuestIdentity
        /// Unix sockets, and the file that keeps the end of the console; relative to the working folder.
        package let metadata: String
        package let control: String
        package let console: String
        /// Connected sockets, inherited: QEMU's card, and its serial port.
        package let link: Int32
        package let serial: Int32
    }

    private let network: SlirpNetwork
    private let link: FrameLink
    private var control: ControlSocket
    private var console: BoundedLog
    private var serial: Int32?

    package init(_ settings: Settings) throws {
        let link = FrameLink(settings.link)
        self.link = link
        network = try SlirpNetwork(settings.identity, metadata: settings.metadata) { link.send($0) }
        control = try ControlSocket(settings.control)
        console = try BoundedLog(appendingTo: settings.console)
        serial = settings.serial
    }

    /// Until QEMU's end of the link closes.
    package func run() throws(HelperFailure) {
        // libslirp writes to connections that the other side may have closed, and a guest must not end this by having that happen.
        signal(SIGPIPE, SIG_IGN)
        try SystemCalls.confine()
        while true {
            guard link.flush() else { return }
            var waiting = [pollfd(fd: link.descriptor, events: Int16(POLLIN) | (link.isWaitingToWrite ? Int16(POLLOUT) : 0), revents: 0)]
            waiting += control.descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            if let serial { waiting.append(pollfd(fd: serial, events: Int16(POLLIN), revents: 0)) }
            network.wait(&waiting)
            for place in waiting where place.revents != 0 {
                switch place.fd {
                case link.descriptor:
                    // Whole frames are taken out before the stack answers into the same link.
                    var frames: [[UInt8]] = []
                    let goesOn = link.receive { frames.append(Array($0)) }
                    for frame in frames { frame.withUnsafeBytes(network.take) }
                    guard goesOn else { return }
                case serial: readSerial(place.fd)
                default: control.serve(place.fd, answer)
                }
            }
        }
    }

    private func readSerial(_ descriptor: Int32) {
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) { buffer in
            let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                console.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                serial = nil
            }
        }
    }

    private func answer(_ command: ControlCommand) -> String {
        let failure: Int32
        switch command {
        case .add(let forward): failure = network.add(forward)
        case .remove(let address, let port): failure = network.remove(address: address, port: port)
        case .limitTokens(let hops):
            network.limitTokens(to: hops)
            failure = 0
        case .list: return (["ok"] + network.forwards.map(\.description).sorted()).joined(separator: " ")
        }
        return failure == 0 ? "ok" : "error \(failure) \(String(cString: strerror(failure)))"
    }
}

extension NetworkProcess.Settings {
    /// Reads the command line, which Ferry alone writes: `--name value`, each once.
    package init(arguments: [String]) throws(HelperFailure) {
        var values: [String: String] = [:]
        for place in stride(from: 0, to: arguments.count, by: 2) {
            guard place + 1 < arguments.count, values.updateValue(arguments[place + 1], forKey: arguments[place]) == nil else {
                throw HelperFailure("\(arguments[place]) has no value, or is given twice.")
            }
        }
        func value<Value>(_ name: String, _ read: (String) -> Value?) throws(HelperFailure) -> Value {
            guard let text = values.removeValue(forKey: name) else { throw HelperFailure("\(name) is missing.") }
            guard let value = read(text) else { throw HelperFailure("\(name) cannot be \(text).") }
            return value
        }
        let network = try value("--address") { text -> (IPv4Address, Int)? in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let address = IPv4Address(parts[0]), let length = Int(parts[1]), (8...30).contains(length) else {
                return nil
            }
            return (address, length)
        }
        identity = GuestIdentity(
            mac: try value("--mac") { MACAddress($0) },
            address: network.0,
            prefixLength: network.1,
            gateway: try value("--gateway") { IPv4Address($0) },
            hostname: try value("--hostname") { $0 },
            domain: try value("--domain") { $0 }
        )
        metadata = try value("--metadata") { $0 }
        control = try value("--control") { $0 }
        console = try value("--console") { $0 }
        link = try value("--link") { Int32($0) }
        serial = try value("--serial") { Int32($0) }
        guard values.isEmpty else { throw HelperFailure("\(values.keys.sorted().joined(separator: ", ")): no such option.") }
    }
}
