import Foundation

/// The time of day, injected so that tests can set it.
package struct WallClock: Sendable {
    private let read: @Sendable () -> Date

    package init(_ read: @escaping @Sendable () -> Date) { self.read = read }

    package static let system = WallClock { Date() }

    /// Now, in whole milliseconds: what the database keeps and what clients are shown.
    package var now: Date {
        Date(timeIntervalSince1970: (read().timeIntervalSince1970 * 1000).rounded(.down) / 1000)
    }
}
