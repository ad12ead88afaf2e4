import Foundation

/// A rule of the Recycle Bin: what of a kind is kept for how long after it was deleted (docs/behaviour/recycle-bin.md, "Rules").
package struct RetentionRule: Sendable, Equatable {
    package static let countMax = Quota.retentionRules.standard
    package static let days = 1...365
    package static let unlockDays = 7...30
    package static let descriptionLengthMax = 255
    package static let resourceTagsMax = 50
    package static let excludedTagsMax = 5

    package enum Lock: Hashable, Sendable {
        case none
        case locked(unlockDays: Int)
        /// Unlocked by a call, and still to hold until a date.
        case ending(unlockDays: Int, at: Date)
    }

    package let id: RetentionRuleID
    package let account: AccountID
    package let kind: RecyclableKind
    package var description: String
    package var days: Int
    /// Any of them is enough; none stands for all that is of the kind.
    package var resourceTags: [ResourceTag]
    /// Any of them keeps a resource out, in a rule for all that is of the kind.
    package var excludedTags: [ResourceTag]
    package var lock: Lock
    package var tags: [Tag]
    package let createdAt: Date

    package init(
        id: RetentionRuleID,
        account: AccountID,
        kind: RecyclableKind,
        description: String,
        days: Int,
        resourceTags: [ResourceTag] = [],
        excludedTags: [ResourceTag] = [],
        lock: Lock = .none,
        tags: [Tag] = [],
        createdAt: Date
    ) {
        self.id = id
        self.account = account
        self.kind = kind
        self.description = description
        self.days = days
        self.resourceTags = resourceTags
        self.excludedTags = excludedTags
        self.lock = lock
        self.tags = tags
        self.createdAt = createdAt
    }
}

extension RetentionRule {
    /// How long a resource with these tags is kept: by the rule that keeps it longest. Nil when none does.
    package static func days(of rules: [RetentionRule], for tags: [Tag]) -> Int? {
        rules.filter { $0.matches(tags) }.map(\.days).max()
    }

    package func matches(_ tags: [Tag]) -> Bool {
        guard !excludedTags.contains(where: { $0.matches(tags) }) else { return false }
        return resourceTags.isEmpty || resourceTags.contains { $0.matches(tags) }
    }

    /// What a rule must be beside what its parts must be.
    package func check() throws {
        guard Self.days.contains(days) else {
            throw Self.invalid("RetentionPeriodValue must be from \(Self.days.lowerBound) to \(Self.days.upperBound) days, not \(days)")
        }
        guard description.unicodeScalars.count <= Self.descriptionLengthMax, !description.contains(where: \.isNewline) else {
            throw Self.invalid("Description is one line of at most \(Self.descriptionLengthMax) characters")
        }
        guard resourceTags.count <= Self.resourceTagsMax else {
            throw Self.invalid("ResourceTags has more than \(Self.resourceTagsMax) tags")
        }
        guard excludedTags.count <= Self.excludedTagsMax else {
            throw Self.invalid("ExcludeResourceTags has more than \(Self.excludedTagsMax) tags")
        }
        guard resourceTags.isEmpty || excludedTags.isEmpty else {
            throw Self.invalid("A rule with ResourceTags cannot have ExcludeResourceTags: they are for rules for all resources of a Region")
        }
        for tag in resourceTags + excludedTags { try tag.check() }
        guard lock == .none || (resourceTags.isEmpty && excludedTags.isEmpty) else {
            throw Self.invalid("Only a rule for all resources of a Region, without ResourceTags and ExcludeResourceTags, can be locked")
        }
    }

    package static func invalid(_ message: String) -> Fault { Fault(.validationException, message, reason: "INVALID_PARAMETER_VALUE") }
}

extension RetentionRule.Lock {
    /// As it stands at a time.
    package func settled(at now: Date) -> RetentionRule.Lock {
        if case .ending(_, let end) = self, end <= now { .none } else { self }
    }

    /// `LockState`.
    package var text: String {
        switch self {
        case .none: "unlocked"
        case .locked: "locked"
        case .ending: "pending_unlock"
        }
    }

    package var unlockDays: Int? {
        switch self {
        case .none: nil
        case .locked(let days), .ending(let days, _): days
        }
    }

    package var end: Date? {
        if case .ending(_, let end) = self { end } else { nil }
    }
}

/// A tag that a rule looks for; without a value, any value of the key.
package struct ResourceTag: Hashable, Codable, Sendable {
    package let key: String
    package let value: String?

    package init(key: String, value: String?) {
        self.key = key
        self.value = value
    }

    package func matches(_ tags: [Tag]) -> Bool { tags.contains { $0.key == key && (value == nil || $0.value == value) } }

    fileprivate func check() throws {
        guard (1...TagRules.keyLengthMax).contains(key.unicodeScalars.count) else {
            throw RetentionRule.invalid("ResourceTagKey must have from 1 to \(TagRules.keyLengthMax) characters")
        }
        guard (value ?? "").unicodeScalars.count <= TagRules.valueLengthMax else {
            throw RetentionRule.invalid("ResourceTagValue has more than \(TagRules.valueLengthMax) characters")
        }
    }
}

/// What the Recycle Bin can keep, by the names that rules have for it.
package enum RecyclableKind: String, Sendable {
    case snapshot = "EBS_SNAPSHOT"
    case image = "EC2_IMAGE"
}

/// The id of a rule: 11 letters and digits.
package struct RetentionRuleID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init?(rawValue: String) {
        let isWellFormed = rawValue.utf8.count == 11 && rawValue.utf8.allSatisfy(Self.letters.contains)
        guard isWellFormed else { return nil }
        self.rawValue = rawValue
    }

    private init(random count: Int) {
        rawValue = String(decoding: (0..<count).map { _ in Self.letters[Int.random(in: 0..<Self.letters.count)] }, as: UTF8.self)
    }

    package static func random() -> RetentionRuleID { RetentionRuleID(random: 11) }

    package var description: String { rawValue }

    private static let letters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
}
