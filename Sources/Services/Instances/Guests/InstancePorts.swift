import Domain
import GuestNetwork
import Machines

/// Which ports of an instance are reachable, and where (docs/behaviour/guests.md, "Ports").
struct InstancePorts: Hashable, Sendable {
    /// Of one instance. A group that opens all ports opens the usual ones first.
    static let countMax = 128
    /// Where a port is that cannot be listened on under its own number.
    static let offset = 20_000
    /// What tells where SSH is, when it is not at port 22.
    static let tagKey = "ferry:ssh-port"
    private static let usual = [22, 80, 443, 3389, 5985, 5986, 8080, 8443]

    let address: IPv4Address
    /// In order.
    let ports: [UInt16]

    /// Nil for an instance without a public address.
    init?(_ open: OpenPorts, at address: String?) {
        guard let address = address.flatMap({ IPv4Address($0) }), address.isLoopback else { return nil }
        self.address = address
        let usual = Self.usual.filter { port in open.tcp.contains { $0.contains(port) } }
        let all = open.tcp.lazy.flatMap { max(1, $0.lowerBound)...max(1, $0.upperBound) }.filter { !usual.contains($0) }
        ports = (usual + all.prefix(Self.countMax - usual.count)).compactMap { UInt16(exactly: $0) }.sorted()
    }

    /// Makes a guest's forwards what they are to be. Connections that are open stay.
    ///
    /// - Returns: the port at which SSH is, if it is open; and those that cannot be listened on.
    func apply(to machine: any GuestMachine) async throws -> (ssh: UInt16?, failed: [UInt16]) {
        var there = Set(try await machine.forwards())
        for forward in there where forward.address != address || !ports.contains(forward.guestPort) {
            try await machine.endForward(address: forward.address, port: forward.port)
            there.remove(forward)
        }
        var failed: [UInt16] = []
        for port in ports where !there.contains(where: { $0.guestPort == port }) {
            guard let forward = try await open(port, on: machine) else {
                failed.append(port)
                continue
            }
            there.insert(forward)
        }
        return (there.first { $0.guestPort == 22 }?.port, failed)
    }

    /// Under its own number; where the kernel does not let it, or somebody else has it, under a higher one.
    private func open(_ port: UInt16, on machine: any GuestMachine) async throws -> Forward? {
        for number in [Int(port), Int(port) + Self.offset] {
            guard let number = UInt16(exactly: number) else { continue }
            let forward = Forward(address: address, port: number, guestPort: port)
            do {
                try await machine.forward(forward)
                return forward
            } catch let error as MachineError {
                guard case .network = error.kind else { throw error }
            }
        }
        return nil
    }
}
