import Domain
import Foundation
import Metadata

/// What can be done with volumes, on behalf of one caller in one Region. Each use case is an extension in a file of its own.
package struct Volumes: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }
}

extension Volumes {
    static func id(_ text: String) throws -> VolumeID { try VolumeID(given: text, orThrow: .invalidVolumeIDMalformed) }

    static func notFound(_ id: String) -> Fault { Fault(.invalidVolumeNotFound, "The volume '\(id)' does not exist.") }

    /// A volume of an account's own: nobody sees another's.
    static func own(_ id: VolumeID, of account: AccountID, in transaction: Transaction) throws -> Volume {
        guard let volume = try VolumeTable(transaction).volume(id), volume.owner == account else { throw notFound(id.rawValue) }
        return volume
    }
}
