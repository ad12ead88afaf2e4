import Domain
import Metadata

extension Volumes {
    /// A volume of the caller's own.
    package func volume(_ id: String) async throws -> Volume {
        let (id, account) = (try Self.id(id), call.account)
        return try await call.store.database.read { try Self.own(id, of: account, in: $0) }
    }

    /// Sets whether a volume may be used at once after its bytes were in doubt.
    package func setEnablesIOByItself(_ isOn: Bool, of id: String) async throws {
        try await change(id) { $0.enablesIOByItself = isOn }
    }

    /// Lets a volume be used whose bytes were in doubt. They never are here: what cannot be proven is not read.
    package func enableIO(of id: String) async throws { try await change(id) { _ in } }

    private func change(_ id: String, _ body: @escaping @Sendable (inout Volume) -> Void) async throws {
        let (id, account) = (try Self.id(id), call.account)
        try await call.commit { transaction in
            var volume = try Self.own(id, of: account, in: transaction)
            body(&volume)
            try VolumeTable(transaction).update(volume)
        }
    }
}
