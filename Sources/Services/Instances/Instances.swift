import Domain
import Foundation
import Metadata

/// What can be done with instances, on behalf of one caller in one Region (docs/behaviour/instances.md). Each use case is an extension in a
/// file of its own. What becomes of the guests is for whoever runs them: an instance is a row with a state that it is driven to.
package struct Instances: Sendable {
    package static let idsMax = 1_000
    let call: Call

    package init(_ call: Call) { self.call = call }
}

extension Instances {
    static func id(_ text: String) throws -> InstanceID { try InstanceID(given: text, orThrow: .invalidInstanceIDMalformed) }

    static func notFound(_ id: InstanceID) -> Fault { Fault(.invalidInstanceIDNotFound, "The instance ID '\(id)' does not exist") }

    /// An instance of an account's own: nobody sees another's.
    static func own(_ id: InstanceID, of account: AccountID, in transaction: Transaction) throws -> Instance {
        guard let instance = try InstanceTable(transaction).instance(id), instance.owner == account else { throw notFound(id) }
        return instance
    }

    /// Instances of an account's own, all of them, in the order of listings.
    static func own(_ ids: [InstanceID], of account: AccountID, in transaction: Transaction) throws -> [Instance] {
        let found = try InstanceTable(transaction).instances(ids: ids).filter { $0.owner == account }
        let missing = Set(ids).subtracting(found.map(\.id)).sorted()
        guard missing.isEmpty else {
            guard missing.count > 1 else { throw notFound(missing[0]) }
            throw Fault(.invalidInstanceIDNotFound, "The instance IDs '\(missing.map(\.rawValue).joined(separator: ", "))' do not exist")
        }
        return found
    }

    static func ownInterface(_ id: NetworkInterfaceID, of account: AccountID, in transaction: Transaction) throws -> Instance {
        var search = InstanceSearch(of: account)
        search.interfaces = [id.rawValue]
        guard let instance = try InstanceTable(transaction).page(of: search, after: nil, limit: 1).first, instance.state != .terminated
        else {
            throw noInterface(id.rawValue)
        }
        return instance
    }

    static func noInterface(_ id: String) -> Fault {
        Fault(.invalidNetworkInterfaceIDNotFound, "The networkInterface ID '\(id)' does not exist")
    }
}

/// The addresses of an instance, in the transaction that gives them.
extension Instances {
    /// A public address that no instance of the Region has.
    ///
    /// - Throws: `Fault` `AddressLimitExceeded` when none was found.
    package static func publicAddress(for id: InstanceID, at now: Date, in region: Region, _ transaction: Transaction) throws -> String {
        let table = InstanceTable(transaction)
        // Another one for each start, as in EC2.
        let seed = "\(id)/\(Int64(now.timeIntervalSince1970 * 1_000))"
        for attempt in 0..<InstanceAddresses.publicTries {
            let address = InstanceAddresses.publicAddress(attempt, for: seed, in: region)
            if try !table.isPublicAddressTaken(address) { return address }
        }
        throw Fault(.addressLimitExceeded, "There is no public address left for an instance in this Region")
    }

    /// A private address that no interface of the network has.
    ///
    /// - Parameter taken: those that interfaces have; the new one is put in.
    static func privateAddress(for id: InstanceID, in subnet: DefaultNetwork.Subnet, beside taken: inout Set<String>) throws -> String {
        var attempt = 0
        while let address = InstanceAddresses.privateAddress(attempt, for: id.rawValue, in: subnet) {
            if taken.insert(address).inserted { return address }
            attempt += 1
        }
        throw Fault(
            .insufficientFreeAddressesInSubnet,
            "There are not enough free addresses in subnet '\(subnet.id)' to satisfy the requested number of instances."
        )
    }
}
