import Foundation

/// What is under way of one kind.
package struct Backlog: Hashable, Sendable {
    package var count = 0
    /// Those that somebody drives now.
    package var driven = 0
    /// Those that have failed since they last came further, and are tried again.
    package var failing = 0
    /// When the oldest was asked for.
    package var oldest: Date?

    package init(count: Int = 0, driven: Int = 0, failing: Int = 0, oldest: Date? = nil) {
        (self.count, self.driven, self.failing, self.oldest) = (count, driven, failing, oldest)
    }
}
