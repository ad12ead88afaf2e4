import Domain

/// What is counted as it comes and goes.
package struct CountedKind: RawRepresentable, Sendable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    /// Pending, available, disabled and in the Recycle Bin.
    package static let image = CountedKind(rawValue: "image")
    /// In every state, and in the Recycle Bin.
    package static let snapshot = CountedKind(rawValue: "snapshot")
    /// Those that AWS would not manage.
    package static let key = CountedKind(rawValue: "key")
    /// Of one key.
    package static let grant = CountedKind(rawValue: "grant")

    /// GiB of volumes.
    package static func storage(of type: VolumeType) -> CountedKind { CountedKind(rawValue: "\(type.rawValue)Storage") }

    /// Operations a second that are provisioned; nil for types of which no quota counts them.
    package static func iops(of type: VolumeType) -> CountedKind? {
        type.iopsQuota.map { _ in CountedKind(rawValue: "\(type.rawValue)IOPS") }
    }
}

/// How many an owner has of what there may be very much of. The tables of what is counted keep it: nothing else does.
package struct QuotaUsageTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func count(_ kind: CountedKind, of owner: some RawRepresentable<String>) throws -> Int {
        let sql = "SELECT count FROM quota_usage WHERE owner = ? AND kind = ?"
        return Int(try transaction.firstRow(sql, [.text(owner), .text(kind)])?.integer("count") ?? 0)
    }

    func add(_ number: Int, _ kind: CountedKind, of owner: String) throws {
        guard number != 0 else { return }
        try transaction.execute(
            """
            INSERT INTO quota_usage (owner, kind, count) VALUES (?, ?, ?)
            ON CONFLICT (owner, kind) DO UPDATE SET count = quota_usage.count + excluded.count
            """,
            [.text(owner), .text(kind), .integer(number)]
        )
    }

    func forget(_ kind: CountedKind, of owner: String) throws {
        try transaction.execute("DELETE FROM quota_usage WHERE owner = ? AND kind = ?", [.text(owner), .text(kind)])
    }
}
