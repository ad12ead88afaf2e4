import Foundation

/// What keeps an image from being deregistered (docs/behaviour/image-life.md, "Deregistration protection").
package enum DeregistrationProtection: Hashable, Sendable {
    case disabled
    case enabled(withCooldown: Bool)
    /// Disabled, but it holds for a while yet.
    case cooling(until: Date)

    package static let cooldown: TimeInterval = 24 * 3_600

    /// Enabled. What has a cooldown keeps it: else whoever may enable protection could skip the wait.
    package func enabled(withCooldown: Bool) -> DeregistrationProtection {
        switch self {
        case .disabled, .enabled(withCooldown: false): .enabled(withCooldown: withCooldown)
        case .enabled(withCooldown: true), .cooling: .enabled(withCooldown: true)
        }
    }

    /// Disabled. Asking again does not make the wait longer.
    package func disabled(at now: Date) -> DeregistrationProtection {
        switch self {
        case .disabled, .enabled(withCooldown: false): .disabled
        case .enabled(withCooldown: true): .cooling(until: now.addingTimeInterval(Self.cooldown))
        case .cooling: self
        }
    }

    /// As it stands at a time: a cooldown that is over is none.
    package func settled(at now: Date) -> DeregistrationProtection {
        if case .cooling(let end) = self, end <= now { .disabled } else { self }
    }

    /// As EC2 writes it.
    package var text: String {
        switch self {
        case .disabled: "disabled"
        case .enabled(withCooldown: false): "enabled-without-cooldown"
        case .enabled(withCooldown: true): "enabled-with-cooldown"
        case .cooling(let end): "disabled, effective after \(ISO8601.text(end))"
        }
    }
}
