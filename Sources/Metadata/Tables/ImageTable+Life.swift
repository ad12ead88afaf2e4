import Domain
import Foundation

extension ImageTable {
    package func setDeprecation(_ date: Date?, of id: ImageID) throws {
        try transaction.execute("UPDATE images SET deprecated_at = ? WHERE id = ?", [.date(date), .text(id)])
    }

    package func setProtection(_ protection: DeregistrationProtection, of id: ImageID) throws {
        let (name, end) = protection.columns
        try transaction.execute(
            "UPDATE images SET protection = ?, protected_until = ? WHERE id = ?",
            [.text(name), .date(end), .text(id)]
        )
    }

    package func setLastLaunched(_ id: ImageID, at date: Date) throws {
        try transaction.execute("UPDATE images SET last_launched_at = ? WHERE id = ?", [.date(date), .text(id)])
    }

    package func setIMDSSupport(_ version: String, of id: ImageID) throws {
        try transaction.execute("UPDATE images SET imds_support = ? WHERE id = ?", [.text(version), .text(id)])
    }
}

extension DeregistrationProtection {
    private static let plainName = "enabled"
    private static let cooledName = "enabled-with-cooldown"
    private static let coolingName = "cooling"

    var columns: (name: String?, end: Date?) {
        switch self {
        case .disabled: (nil, nil)
        case .enabled(withCooldown: false): (Self.plainName, nil)
        case .enabled(withCooldown: true): (Self.cooledName, nil)
        case .cooling(let end): (Self.coolingName, end)
        }
    }

    init(row: SQLRow) throws {
        switch try row.optionalText("protection") {
        case nil: self = .disabled
        case Self.plainName?: self = .enabled(withCooldown: false)
        case Self.cooledName?: self = .enabled(withCooldown: true)
        case Self.coolingName?: self = .cooling(until: try row.date("protected_until"))
        default: throw CorruptRow(column: "protection")
        }
    }
}
