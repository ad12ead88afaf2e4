import Blocks
import Domain
import Metadata

/// Writing snapshots through the EBS direct APIs, on behalf of one caller in one Region (docs/behaviour/ebs-direct.md, "Writing").
package struct Uploads: Sendable {
    static let expiredBatch = 100

    let call: Call

    package init(_ call: Call) { self.call = call }

    static func invalid(_ reason: String, _ message: String) -> Fault { Fault(.validationException, message, reason: reason) }

    static func notFound(_ id: String) -> Fault {
        Fault(.resourceNotFoundException, "The snapshot '\(id)' does not exist.", reason: "SNAPSHOT_NOT_FOUND")
    }

    static func id(_ text: String) throws -> SnapshotID {
        try SnapshotID(given: text, orThrow: .validationException, reason: "INVALID_SNAPSHOT_ID")
    }
}
