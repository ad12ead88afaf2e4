import Blocks
import DiskImages
import Domain

/// What errors of disk images mean to users.
enum DiskRefusal {
    static func explained<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as DiskImageError {
            switch error.kind {
            case .format, .reference, .incomplete, .content, .size, .conversion:
                throw Fault(.invalidParameterValue, "Disk validation failed: \(error.cause)")
            case .tool: throw Fault(.unsupportedOperation, error.cause)
            case .room: throw StoreError(.noSpace, "the Region's disk has no room for the disk")
            case .file: throw StoreError(.io, error.cause)
            }
        }
    }
}
