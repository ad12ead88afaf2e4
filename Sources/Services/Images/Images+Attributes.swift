import Domain
import Metadata

extension Images {
    package static let descriptionLengthMax = 255

    /// An image of the caller's own.
    package func image(_ id: String) async throws -> Image {
        let id = try Self.id(id)
        let viewer = try await call.viewer()
        return try await call.store.database.read { try Self.own(id, of: viewer, at: call.now, in: $0) }.settled(at: call.now)
    }

    package func setDescription(_ description: String, of id: String) async throws {
        let id = try Self.id(id)
        let viewer = try await call.viewer()
        try await call.commit { transaction in
            _ = try Self.own(id, of: viewer, at: call.now, in: transaction)
            try ImageTable(transaction).setDescription(description, of: id)
        }
    }
}
