import Domain
import Foundation

/// What can be seen of the guests of a Region, and whether there is room for more, by whoever runs them.
package protocol MachineViews: Sendable {
    /// What a guest has written to its serial console, at most the last 64 KiB, and when it wrote last; nil before it has written anything.
    func consoleOutput(of instance: InstanceID) async throws -> (bytes: [UInt8], at: Date)?

    /// Its screen, as a JPEG image.
    func screenshot(of instance: InstanceID) async throws -> [UInt8]

    /// That so many guests of a type can be started from an image now: that what runs them is installed, and that there is memory.
    ///
    /// - Throws: `Fault` `Unsupported`, `InsufficientInstanceCapacity`.
    func requireRoom(for count: Int, of type: InstanceType, _ traits: MachineTraits) throws
}

/// Where nothing runs guests.
struct NoMachines: MachineViews {
    func consoleOutput(of instance: InstanceID) async throws -> (bytes: [UInt8], at: Date)? { throw Self.refusal }

    func screenshot(of instance: InstanceID) async throws -> [UInt8] { throw Self.refusal }

    func requireRoom(for count: Int, of type: InstanceType, _ traits: MachineTraits) throws { throw Self.refusal }

    private static let refusal = Fault(
        .unsupported,
        "This server runs no guests: install QEMU on it (Debian's package is qemu-system-x86) and start Ferry again"
    )
}
