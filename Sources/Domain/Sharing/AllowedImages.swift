import Foundation

/// Which images of others an account lets itself use in a Region (docs/behaviour/sharing.md, "Allowed images"). Its own are always allowed.
package struct AllowedImages: Hashable, Sendable {
    package enum State: String, Sendable {
        case disabled
        /// Images that are not allowed are marked.
        case auditMode = "audit-mode"
        /// Images that are not allowed are not there.
        case enabled
    }

    package static let criteriaMax = 10

    package var state: State
    /// An image is allowed that meets one of them. None at all allow every image.
    package var criteria: [ImageCriterion]

    package init(state: State = .disabled, criteria: [ImageCriterion] = []) {
        self.state = state
        self.criteria = criteria
    }

    /// Whether an image meets the criteria, where they count at all.
    package func allows(_ image: Image, for account: AccountID, at now: Date) -> Bool {
        state == .disabled || image.owner == account || criteria.isEmpty || criteria.contains { $0.isMet(by: image, at: now) }
    }

    /// The image, marked with whether it is allowed.
    package func marked(_ image: Image, for account: AccountID, at now: Date) -> Image {
        var image = image
        image.isAllowed = allows(image, for: account, at: now)
        return image
    }

    /// Whether an image that was marked is there for the account.
    package func shows(_ image: Image) -> Bool { state != .enabled || image.isAllowed }

    package static func check(_ criteria: [ImageCriterion]) throws {
        guard criteria.count <= criteriaMax else {
            throw Fault(.invalidParameterValue, "At most \(criteriaMax) image criteria can be given, not \(criteria.count)")
        }
        for criterion in criteria { try criterion.check() }
        for (name, count, limit) in [
            ("image providers", criteria.reduce(0) { $0 + $1.providers.count }, 200),
            ("marketplace product codes", criteria.reduce(0) { $0 + $1.marketplaceProductCodes.count }, 50),
            ("image names", criteria.reduce(0) { $0 + $1.names.count }, 50),
        ] where count > limit {
            throw Fault(.invalidParameterValue, "At most \(limit) \(name) can be given in all criteria together, not \(count)")
        }
    }
}

/// What an image must be to be allowed: it meets every condition that is given.
package struct ImageCriterion: Hashable, Sendable, Codable {
    private static let aliases: Set<String> = ["amazon", "aws-marketplace", "aws-backup-vault"]
    /// Nobody else's images.
    private static let none = "none"

    package let providers: [String]
    package let marketplaceProductCodes: [String]
    /// Patterns with `*` and `?`.
    package let names: [String]
    package let maximumDaysSinceCreated: Int?
    package let maximumDaysSinceDeprecated: Int?

    package init(
        providers: [String] = [],
        marketplaceProductCodes: [String] = [],
        names: [String] = [],
        maximumDaysSinceCreated: Int? = nil,
        maximumDaysSinceDeprecated: Int? = nil
    ) {
        self.providers = providers
        self.marketplaceProductCodes = marketplaceProductCodes
        self.names = names
        self.maximumDaysSinceCreated = maximumDaysSinceCreated
        self.maximumDaysSinceDeprecated = maximumDaysSinceDeprecated
    }

    func isMet(by image: Image, at now: Date) -> Bool {
        guard providers.isEmpty || providers.contains(image.owner.rawValue) else { return false }
        // No image of Ferry has a product code.
        guard marketplaceProductCodes.isEmpty else { return false }
        guard names.isEmpty || names.contains(where: { FilterPattern($0).matches(image.name) }) else { return false }
        return Self.isWithin(maximumDaysSinceCreated, since: image.createdAt, at: now)
            && (image.deprecatedAt.map { Self.isWithin(maximumDaysSinceDeprecated, since: $0, at: now) } ?? true)
    }

    private static func isWithin(_ days: Int?, since date: Date, at now: Date) -> Bool {
        days.map { now.timeIntervalSince(date) <= Double($0) * 86_400 } ?? true
    }

    fileprivate func check() throws {
        for provider in providers where !Self.aliases.contains(provider) && provider != Self.none && AccountID(rawValue: provider) == nil {
            throw Fault(
                .invalidParameterValue,
                """
                Invalid value '\(provider.prefix(128))' for imageProvider: expected amazon, aws-marketplace, aws-backup-vault, none or an \
                account id of 12 digits
                """
            )
        }
        guard !providers.contains(Self.none) || providers.count == 1 else {
            throw Fault(.invalidParameterValue, "Where the image provider is none, no other provider can be given in the same criterion")
        }
        for code in marketplaceProductCodes where code.wholeMatch(of: /[0-9a-z]{1,25}/) == nil {
            throw Fault(
                .invalidParameterValue,
                "Invalid value '\(code.prefix(128))' for marketplaceProductCode: expected up to 25 letters in lower case and digits"
            )
        }
        for name in names where name.wholeMatch(of: /[A-Za-z0-9()\[\] .\/'@_*?-]{1,128}/) == nil {
            throw Fault(
                .invalidParameterValue,
                "Invalid value '\(name.prefix(128))' for imageName: expected up to 128 characters of image names, * and ?"
            )
        }
        for (name, days) in [
            ("MaximumDaysSinceCreated", maximumDaysSinceCreated), ("MaximumDaysSinceDeprecated", maximumDaysSinceDeprecated),
        ] {
            guard let days, !(0...2_147_483_647).contains(days) else { continue }
            throw Fault(.invalidParameterValue, "Invalid value '\(days)' for \(name): expected 0 to 2147483647")
        }
    }
}
