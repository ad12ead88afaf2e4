import Foundation

extension Image {
    /// What of hidden images a listing asks for.
    package struct Inclusion: Sendable {
        package var deprecated = false
        package var disabled = false

        package init() {}
    }

    /// Whether a listing shows the image to an account (docs/behaviour/image-life.md, "Who sees it").
    ///
    /// - Parameter isNamed: the listing names its id.
    package func isListed(to account: AccountID, isNamed: Bool, including inclusion: Inclusion, at now: Date) -> Bool {
        if state == .disabled { return owner == account && inclusion.disabled }
        return owner == account || isNamed || inclusion.deprecated || !isDeprecated(at: now)
    }

    package func isDeprecated(at now: Date) -> Bool { deprecatedAt.map { $0 <= now } ?? false }

    /// As it stands at a time.
    package func settled(at now: Date) -> Image {
        // Nothing else changes with the clock, and listings come by here with each image.
        guard case .cooling = protection else { return self }
        var image = self
        image.protection = protection.settled(at: now)
        return image
    }
}
