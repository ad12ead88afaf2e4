import Hexadecimal

/// Which addresses an instance may have, in the order in which they are tried: they follow from what is given, so that the same call has the
/// same addresses (docs/behaviour/instances.md, "Addresses").
package enum InstanceAddresses {
    /// How many public addresses are tried before there is none.
    package static let publicTries = 4_096
    private static let hosts = 65_534

    /// Out of 127.0.0.0/8, for a server that its users share a machine with. 127.0.0.0/16 is left out: it is the machine's own.
    ///
    /// Each Region has a block that it begins with, so that two of one server hardly meet.
    package static func publicAddress(_ attempt: Int, for seed: String, in region: Region) -> String {
        let block = 1 + Int(hash(region.rawValue) % 254)
        let host = 1 + (Int(hash(seed) % UInt64(hosts)) + attempt) % hosts
        return "127.\(block).\(host >> 8).\(host & 255)"
    }

    /// In a subnet, which leaves the first four addresses and the last one out, as AWS does. Nil when all of them were tried.
    package static func privateAddress(_ attempt: Int, for seed: String, in subnet: DefaultNetwork.Subnet) -> String? {
        let count = DefaultNetwork.subnetAddresses
        guard attempt < count, let third = subnet.firstBytes.split(separator: ".").last.flatMap({ Int($0) }) else { return nil }
        let host = 4 + (Int(hash(seed) % UInt64(count)) + attempt) % count
        return "172.31.\(third + host >> 8).\(host & 255)"
    }

    /// Whether an interface in a subnet may have the address.
    package static func isUsable(_ address: String, in subnet: DefaultNetwork.Subnet) -> Bool {
        let bytes = address.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) ?? 0 }
        guard bytes.count == 4, bytes.map(String.init).joined(separator: ".") == address, bytes[0] == 172, bytes[1] == 31,
            let third = subnet.firstBytes.split(separator: ".").last.flatMap({ Int($0) })
        else { return false }
        let host = (Int(bytes[2]) - third) * 256 + Int(bytes[3])
        return (4..<4 + DefaultNetwork.subnetAddresses).contains(host)
    }

    /// The address of an interface's card, as EC2's begin: locally administered.
    package static func mac(of interface: NetworkInterfaceID) -> String {
        let value = hash(interface.rawValue)
        return Hex.colons([0x02] + (0..<5).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) })
    }

    /// The high bits folded into the low ones.
    private static func hash(_ text: String) -> UInt64 {
        let hash = FNV1a.hash(text.utf8)
        return hash ^ hash >> 32
    }
}
