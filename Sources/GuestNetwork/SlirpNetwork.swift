import CSlirp
import Glibc

/// The TCP stack that a guest talks to: libslirp, restricted to the metadata service and to the forwards that are made.
final class SlirpNetwork {
    typealias Frames = (UnsafeRawBufferPointer) -> Void

    /// Forwards of one guest: enough for what a group opens, and bounded as descriptors are.
    static let mostForwards = 256

    private let identity: GuestIdentity
    private let gate: FrameGate
    private let dhcp: DHCPServer
    private let send: Frames
    private var hopLimit = HopLimit()
    private let callbacks: UnsafeMutablePointer<SlirpCb>
    private var stack: OpaquePointer?
    private(set) var forwards: Set<Forward> = []
    fileprivate var waiting: [pollfd] = []

    /// - Parameters:
    ///   - metadata: the unix socket that 169.254.169.254:80 leads to. It need not be there yet, and may go and come.
    ///   - send: takes each frame for the guest.
    init(_ identity: GuestIdentity, metadata: String, send: @escaping Frames) throws(HelperFailure) {
        self.identity = identity
        gate = FrameGate(identity)
        dhcp = DHCPServer(identity)
        self.send = send
        callbacks = .allocate(capacity: 1)
        callbacks.initialize(to: Self.makeCallbacks())
        var configuration = SlirpConfig()
        configuration.version = 4
        configuration.restricted = 1
        configuration.in_enabled = true
        // A network of all addresses, so that the metadata service's is in it: libslirp gives out none that is not. What the guest reaches is
        // decided by the gate before, and by the restriction.
        configuration.vnetwork = in_addr(s_addr: 0)
        configuration.vnetmask = in_addr(s_addr: 0)
        configuration.vhost = identity.gateway.network
        configuration.vdhcp_start = identity.address.network
        configuration.disable_host_loopback = true
        configuration.disable_dns = true
        configuration.disable_dhcp = true
        stack = slirp_new(&configuration, callbacks, Unmanaged.passUnretained(self).toOpaque())
        guard let stack else { throw HelperFailure("The network stack cannot be made.") }
        var address = IPv4Address.metadata.network
        guard slirp_add_unix(stack, metadata, &address, 80) == 0 else {
            throw HelperFailure("Nothing can be put at \(IPv4Address.metadata):80.")
        }
    }

    deinit {
        if let stack { slirp_cleanup(stack) }
        callbacks.deallocate()
    }

    /// Takes a frame of the guest's.
    func take(_ frame: UnsafeRawBufferPointer) {
        switch gate.verdict(on: frame) {
        case .drop: return
        case .dhcp(let message): dhcp.answer(to: UnsafeRawBufferPointer(rebasing: frame[message]))?.withUnsafeBytes(send)
        case .pass:
            hopLimit.see(frame)
            slirp_input(stack, frame.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(frame.count))
        }
    }

    /// Over how many hops a token of the metadata service goes.
    func limitTokens(to hops: UInt8) { hopLimit.hops = hops }

    private func pass(_ frame: UnsafeRawBufferPointer) {
        guard let limited = hopLimit.limiting(frame) else { return send(frame) }
        limited.withUnsafeBytes(send)
    }

    /// - Returns: errno, or 0.
    func add(_ forward: Forward) -> Int32 {
        if forwards.contains(forward) { return 0 }
        guard forwards.count < Self.mostForwards else { return ENOSPC }
        // libslirp would take an address twice, as it reuses addresses.
        guard !forwards.contains(where: { $0.address == forward.address && $0.port == forward.port }) else { return EADDRINUSE }
        let failed = slirp_add_hostfwd(
            stack,
            0,
            forward.address.network,
            Int32(forward.port),
            identity.address.network,
            Int32(forward.guestPort)
        )
        guard failed == 0 else { return errno == 0 ? EIO : errno }
        forwards.insert(forward)
        return 0
    }

    /// Connections that are open already go on.
    func remove(address: IPv4Address, port: UInt16) -> Int32 {
        guard let forward = forwards.first(where: { $0.address == address && $0.port == port }) else { return ENOENT }
        guard slirp_remove_hostfwd(stack, 0, address.network, Int32(port)) == 0 else { return EIO }
        forwards.remove(forward)
        return 0
    }

    /// Waits until one of `others` or of the stack's own sockets is ready, at most until one of its timers is due, and serves the latter.
    func wait(_ others: inout [pollfd]) {
        waiting = others
        var timeout = UInt32.max
        slirp_pollfds_fill(
            stack,
            &timeout,
            { descriptor, events, network in
                let network = SlirpNetwork.from(network)
                network.waiting.append(pollfd(fd: descriptor, events: SlirpNetwork.pollEvents(of: events), revents: 0))
                return Int32(network.waiting.count - 1)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
        let ready = poll(&waiting, nfds_t(waiting.count), timeout > UInt32(Int32.max) ? -1 : Int32(timeout))
        slirp_pollfds_poll(
            stack,
            ready < 0 ? 1 : 0,
            { index, network in SlirpNetwork.slirpEvents(of: SlirpNetwork.from(network).waiting[Int(index)].revents) },
            Unmanaged.passUnretained(self).toOpaque()
        )
        for index in others.indices { others[index].revents = ready < 0 ? 0 : waiting[index].revents }
    }

    // What libslirp calls ---------------------------------------------------------------------------------------------

    private static func makeCallbacks() -> SlirpCb {
        var callbacks = SlirpCb()
        callbacks.send_packet = { bytes, count, network in
            SlirpNetwork.from(network).pass(UnsafeRawBufferPointer(start: bytes, count: count))
            return count
        }
        callbacks.guest_error = { _, _ in }
        callbacks.clock_get_ns = { _ in
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        }
        // Timers serve IPv6 alone, which is off.
        callbacks.timer_new = { _, _, network in network }
        callbacks.timer_free = { _, _ in }
        callbacks.timer_mod = { _, _, _ in }
        callbacks.register_poll_fd = { _, _ in }
        callbacks.unregister_poll_fd = { _, _ in }
        callbacks.notify = { _ in }
        return callbacks
    }

    private static func from(_ opaque: UnsafeMutableRawPointer?) -> SlirpNetwork {
        guard let opaque else { preconditionFailure("libslirp lost its network") }
        return Unmanaged<SlirpNetwork>.fromOpaque(opaque).takeUnretainedValue()
    }

    private static let events: [(slirp: Int, poll: Int)] = [
        (SLIRP_POLL_IN, Int(POLLIN)), (SLIRP_POLL_OUT, Int(POLLOUT)), (SLIRP_POLL_PRI, Int(POLLPRI)),
        (SLIRP_POLL_ERR, Int(POLLERR)), (SLIRP_POLL_HUP, Int(POLLHUP)),
    ]

    private static func pollEvents(of slirp: Int32) -> Int16 {
        Int16(events.reduce(0) { Int(slirp) & $1.slirp == 0 ? $0 : $0 | $1.poll })
    }

    private static func slirpEvents(of poll: Int16) -> Int32 {
        Int32(events.reduce(0) { Int(poll) & $1.poll == 0 ? $0 : $0 | $1.slirp })
    }
}

extension IPv4Address {
    fileprivate var network: in_addr { in_addr(s_addr: number.bigEndian) }
}

/// Why the helper cannot do its work: a sentence.
package struct HelperFailure: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
