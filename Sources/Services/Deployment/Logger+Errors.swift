import Blocks
import Logging
import Metadata

extension StoreError {
    /// What users may see of a store's error: not where its files are.
    var textForUsers: String { message + (address.map { ", at the frame \($0)" } ?? "") }

    /// Whether there is no room on the disk, for the packs or for the index over them.
    package var isNoSpace: Bool { code == .noSpace || cause.map(DatabaseFailure.isNoSpace) ?? false }
}

extension Logger.Metadata {
    /// An error as it is logged: of stored bytes that cannot be read with their place, so that damage can be found wherever it is met.
    package static func error(_ error: any Error) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["error": "\(error)"]
        guard let error = (error as? CollectionBlocked)?.cause as? StoreError ?? error as? StoreError else { return metadata }
        metadata["resource"] = error.resource.map { "\($0)" }
        metadata["pack"] = error.pack.map { "\($0)" }
        metadata["offset"] = error.offset.map { "\($0)" }
        metadata["frame"] = error.address.map { "\($0)" }
        return metadata
    }

    /// The same, and more.
    package static func error(_ error: any Error, _ more: Logger.Metadata) -> Logger.Metadata {
        Self.error(error).merging(more) { _, new in new }
    }
}

/// Runs a body that reads a resource; stored bytes that it cannot read are told with its name.
func reading<Value>(
    _ resource: @autoclosure () -> String,
    isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Value
) async throws -> Value {
    do {
        return try await body()
    } catch let error as StoreError where error.isLostContent {
        throw error.reading(resource())
    }
}
