import Foundation

/// When a key gets new material by itself.
package struct KeyRotation: Hashable, Sendable {
    package static let daysDefault = 365
    /// How often a key can be rotated on demand in its life.
    package static let onDemandMax = 25

    package let days: Int
    package let next: Date

    package init(days: Int, next: Date) {
        self.days = days
        self.next = next
    }

    /// A rotation every so many days, counted from a date.
    package init(every days: Int, from date: Date) {
        self.init(days: days, next: date.addingTimeInterval(Double(days) * 86_400))
    }
}
