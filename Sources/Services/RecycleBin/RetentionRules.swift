import Domain
import Foundation
import Metadata

/// The rules of the Recycle Bin, on behalf of one caller in one Region (docs/behaviour/recycle-bin.md, "Rules").
package struct RetentionRules: Sendable {
    package static let sizes = 1...1000
    private static let tagsMax = 200
    let call: Call

    package init(_ call: Call) { self.call = call }
}

/// What UpdateRule asks for; nil leaves as it is.
package struct RetentionRuleChange: Sendable {
    package var days: Int?
    package var description: String?
    package var kind: RecyclableKind?
    package var resourceTags: [ResourceTag]?
    package var excludedTags: [ResourceTag]?

    package init() {}
}

/// What ListRules asks for.
package struct RetentionRuleQuery: Sendable {
    package var kind: RecyclableKind
    package var resourceTags: [ResourceTag] = []
    package var excludedTags: [ResourceTag] = []
    package var lockState: String?
    package var page: PageRequest

    package init(kind: RecyclableKind, page: PageRequest) {
        self.kind = kind
        self.page = page
    }
}

extension RetentionRules {
    package func create(_ rule: RetentionRule) async throws -> RetentionRule {
        try rule.check()
        try checkTags(rule.tags)
        let account = call.account
        return try await call.commit { transaction in
            let table = RetentionRuleTable(transaction)
            guard try table.count(of: account) < RetentionRule.countMax else {
                let message = "You have reached your quota of \(RetentionRule.countMax) retention rules in this Region"
                throw Fault(.serviceQuotaExceededException, message, reason: "SERVICE_QUOTA_EXCEEDED")
            }
            try table.save(rule)
            return rule
        }
    }

    /// A new rule of the caller's, that is not there yet.
    package func draft(kind: RecyclableKind, description: String, days: Int) -> RetentionRule {
        RetentionRule(id: .random(), account: call.account, kind: kind, description: description, days: days, createdAt: call.now)
    }

    package func rule(_ id: String) async throws -> RetentionRule {
        let id = try Self.id(id)
        let (account, now) = (call.account, call.now)
        return try await call.store.database.read { try Self.own(id, of: account, at: now, in: $0) }
    }

    package func list(_ query: RetentionRuleQuery) async throws -> Page<RetentionRule> {
        let (account, now, database, kind) = (call.account, call.now, call.store.database, query.kind)
        return try await query.page.collect(
            token: call.pageToken(for: "ListRules/\(kind.rawValue)"),
            place: \.id.rawValue,
            batch: { after, limit in
                try await database.read { transaction in
                    try RetentionRuleTable(transaction).page(of: account, for: kind, after: after, limit: limit)
                        .map { Self.settled($0, at: now) }
                }
            },
            where: { rule in
                Set(query.resourceTags).isSubset(of: rule.resourceTags) && Set(query.excludedTags).isSubset(of: rule.excludedTags)
                    && (query.lockState.map { $0 == rule.lock.text } ?? true)
            }
        )
    }

    /// Changes a rule. What is in the bin already keeps its time.
    package func update(_ id: String, _ change: RetentionRuleChange) async throws -> RetentionRule {
        try await self.change(id) { rule, _ in
            try Self.checkUnlocked(rule)
            if let kind = change.kind, kind != rule.kind {
                throw RetentionRule.invalid("The ResourceType of a rule cannot be changed: delete the rule and make another")
            }
            rule.days = change.days ?? rule.days
            rule.description = change.description ?? rule.description
            rule.resourceTags = change.resourceTags ?? rule.resourceTags
            rule.excludedTags = change.excludedTags ?? rule.excludedTags
        }
    }

    package func delete(_ id: String) async throws {
        let id = try Self.id(id)
        let (account, now) = (call.account, call.now)
        try await call.commit { transaction in
            try Self.checkUnlocked(Self.own(id, of: account, at: now, in: transaction))
            try RetentionRuleTable(transaction).delete(id)
        }
    }

    /// Keeps a rule from being changed and deleted. One that is being unlocked is locked again.
    package func lock(_ id: String, unlockDays: Int) async throws -> RetentionRule {
        guard RetentionRule.unlockDays.contains(unlockDays) else {
            throw RetentionRule.invalid("UnlockDelayValue must be from 7 to 30 days, not \(unlockDays)")
        }
        return try await change(id) { rule, _ in
            if case .locked = rule.lock { throw Self.conflict(rule, "is locked already") }
            rule.lock = .locked(unlockDays: unlockDays)
        }
    }

    /// Unlocks a rule when its delay is over.
    package func unlock(_ id: String) async throws -> RetentionRule {
        try await change(id) { rule, now in
            guard case .locked(let days) = rule.lock else { throw Self.conflict(rule, "is not locked, or is being unlocked already") }
            rule.lock = .ending(unlockDays: days, at: now.addingTimeInterval(Double(days) * RecycledResource.daySeconds))
        }
    }

    package func tag(_ id: String, with tags: [Tag]) async throws {
        try checkTags(tags)
        _ = try await change(id) { rule, _ in
            let replaced = Set(tags.map(\.key))
            rule.tags = rule.tags.filter { !replaced.contains($0.key) } + tags
            guard rule.tags.count <= Self.tagsMax else {
                let message = "A rule can have at most \(Self.tagsMax) tags"
                throw Fault(.serviceQuotaExceededException, message, reason: "SERVICE_QUOTA_EXCEEDED")
            }
        }
    }

    package func untag(_ id: String, keys: [String]) async throws {
        _ = try await change(id) { rule, _ in rule.tags.removeAll { keys.contains($0.key) } }
    }

    private func change(_ id: String, _ body: @escaping @Sendable (inout RetentionRule, Date) throws -> Void) async throws -> RetentionRule
    {
        let id = try Self.id(id)
        let (account, now) = (call.account, call.now)
        return try await call.commit { transaction in
            var rule = try Self.own(id, of: account, at: now, in: transaction)
            try body(&rule, now)
            try rule.check()
            try RetentionRuleTable(transaction).save(rule)
            return rule
        }
    }

    private func checkTags(_ tags: [Tag]) throws {
        do {
            for tag in tags {
                try TagRules.checkKey(tag.key)
                guard tag.value.unicodeScalars.count <= TagRules.valueLengthMax else {
                    throw RetentionRule.invalid("The value of the tag '\(tag.key)' has more than \(TagRules.valueLengthMax) characters")
                }
            }
        } catch let fault as Fault {
            throw RetentionRule.invalid(fault.message)
        }
        guard Set(tags.map(\.key)).count == tags.count else { throw RetentionRule.invalid("A tag key is given twice") }
        guard tags.count <= Self.tagsMax else { throw RetentionRule.invalid("A rule can have at most \(Self.tagsMax) tags") }
    }

    private static func checkUnlocked(_ rule: RetentionRule) throws {
        guard rule.lock == .none else { throw conflict(rule, "is locked, so it cannot be changed or deleted") }
    }

    private static func own(_ id: RetentionRuleID, of account: AccountID, at now: Date, in transaction: Transaction) throws -> RetentionRule
    {
        guard let rule = try RetentionRuleTable(transaction).rule(id), rule.account == account else {
            throw Fault(.resourceNotFoundException, "The retention rule '\(id)' does not exist", reason: "RULE_NOT_FOUND")
        }
        return settled(rule, at: now)
    }

    private static func settled(_ rule: RetentionRule, at now: Date) -> RetentionRule {
        var rule = rule
        rule.lock = rule.lock.settled(at: now)
        return rule
    }

    private static func id(_ text: String) throws -> RetentionRuleID {
        guard let id = RetentionRuleID(rawValue: text) else {
            throw RetentionRule.invalid("The rule id '\(text.prefix(64))' is not 11 letters and digits")
        }
        return id
    }

    private static func conflict(_ rule: RetentionRule, _ why: String) -> Fault {
        Fault(.conflictException, "The retention rule '\(rule.id)' \(why)", reason: "INVALID_RULE_STATE")
    }
}
