import Domain
import Foundation
import Metadata

/// What can be seen of a guest.
extension Instances {
    /// What EC2 shows of a console.
    private static let consoleBytesMax = 65_536

    /// What a guest has written to its serial console, and until when; at the call when it has written nothing.
    package func consoleOutput(of text: String) async throws -> (bytes: [UInt8], at: Date) {
        let instance = try await own(text)
        try call.endRehearsal()
        guard let output = try await call.store.machines.consoleOutput(of: instance.id) else { return ([], call.now) }
        return (output.bytes.suffix(Self.consoleBytesMax), output.at)
    }

    /// The screen of a guest that runs, as a JPEG image.
    package func screenshot(of text: String) async throws -> [UInt8] {
        let instance = try await own(text)
        guard instance.state == .running else {
            throw Fault(.incorrectInstanceState, "The instance '\(instance.id)' is \(instance.state.rawValue): it has no screen")
        }
        try call.endRehearsal()
        return try await call.store.machines.screenshot(of: instance.id)
    }

    private func own(_ text: String) async throws -> Instance {
        let (id, account) = (try Self.id(text), call.account)
        return try await call.store.database.read { try Self.own(id, of: account, in: $0) }
    }
}
