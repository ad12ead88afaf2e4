import Foundation

/// Who drives a row of long work, and until when nobody else may.
///
/// A row without a lease waits for its turn; one whose lease has run out is taken over, since whoever had it is dead or cut off.
package struct Lease: Sendable, Equatable {
    /// How long a lease lasts that is not renewed.
    package static let seconds: TimeInterval = 30
    /// A lease is renewed when it has less than this left, whether its work has something to report or not.
    package static let renewalSeconds: TimeInterval = 20

    package let owner: String
    package let until: Date

    /// A lease that is taken or renewed now.
    package init(of owner: String, at now: Date) {
        self.owner = owner
        until = now.addingTimeInterval(Self.seconds)
    }
}
