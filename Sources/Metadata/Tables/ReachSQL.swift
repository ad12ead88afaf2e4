import Domain

/// A piece of a statement, with the values for its marks.
struct SQLFragment {
    var sql: String
    var values: [SQLValue] = []

    /// All of them hold.
    static func all(_ fragments: [SQLFragment]) -> SQLFragment {
        SQLFragment(sql: fragments.map(\.sql).joined(separator: " AND "), values: fragments.flatMap(\.values))
    }
}

/// What somebody sees, as SQL: the one place where rows of others are let through.
struct ReachSQL {
    private let reach: Reach
    private let kind: Shareable

    init(_ reach: Reach, of kind: Shareable) {
        self.reach = reach
        self.kind = kind
    }

    /// Of a row of images or snapshots, whether it is within reach: for rows that something else has found.
    var condition: SQLFragment {
        let fragments = reach.parts.map { part -> SQLFragment in
            switch part {
            case .owned(let account): return SQLFragment(sql: "owner = ?", values: [.text(account)])
            case .shared(let target, let owners):
                let share = shared(with: target, by: owners)
                return SQLFragment(
                    sql: "EXISTS (SELECT 1 FROM \(kind.shares) AS share WHERE share.resource_id = \(kind.things).id AND \(share.sql))",
                    values: share.values
                )
            }
        }
        guard !fragments.isEmpty else { return SQLFragment(sql: "1 = 0") }
        return SQLFragment(sql: "(\(fragments.map(\.sql).joined(separator: " OR ")))", values: fragments.flatMap(\.values))
    }

    /// The first ids within reach behind a place: each part is walked in the order of ids, and no further than the page needs.
    ///
    /// - Parameter rows: what the rows must be besides. It names no owner.
    func ids(of rows: SQLFragment, after id: String?, limit: Int) -> SQLFragment {
        let selects = reach.parts.enumerated().map { number, part -> SQLFragment in
            let from: String
            let column: String
            var conditions = [rows]
            switch part {
            case .owned(let account):
                (from, column) = (kind.things, "id")
                conditions.insert(SQLFragment(sql: "owner = ?", values: [.text(account)]), at: 0)
            case .shared(let target, let owners):
                // The order of a cross join is kept: what is shared leads to its row, and not the other way round.
                (from, column) = ("\(kind.shares) AS share CROSS JOIN \(kind.things)", "share.resource_id")
                conditions.insert(shared(with: target, by: owners), at: 0)
                // The owner is the same, and named so that an index has all that is asked of most rows.
                conditions.append(SQLFragment(sql: "\(kind.things).owner = share.owner AND \(kind.things).id = share.resource_id"))
            }
            if let id { conditions.append(SQLFragment(sql: "\(column) > ?", values: [.text(id)])) }
            let all = SQLFragment.all(conditions)
            let page = "SELECT \(column) AS found FROM \(from) WHERE \(all.sql) ORDER BY \(column) LIMIT ?"
            return SQLFragment(sql: "SELECT found FROM (\(page)) AS part\(number)", values: all.values + [.integer(limit)])
        }
        guard !selects.isEmpty else { return SQLFragment(sql: "NULL") }
        return SQLFragment(sql: selects.map(\.sql).joined(separator: " UNION "), values: selects.flatMap(\.values))
    }

    private func shared(with target: ShareTarget, by owners: Set<AccountID>?) -> SQLFragment {
        var fragments = [SQLFragment(sql: "share.target = ?", values: [.text(target)])]
        if let owners {
            let values = owners.sorted { $0.rawValue < $1.rawValue }.map { SQLValue.text($0) }
            fragments.append(SQLFragment(sql: "share.owner IN (\(Transaction.marks(values.count)))", values: values))
        }
        // One value, however many they are.
        if !reach.closed.isEmpty {
            fragments.append(SQLFragment(sql: "? NOT LIKE '%' || share.owner || '%'", values: [.text(reach.closed.text)]))
        }
        if kind == .snapshot, target == .everyone {
            fragments.append(
                SQLFragment(
                    sql: "share.owner NOT IN (SELECT account FROM sharing_settings WHERE snapshot_block = ?)",
                    values: [.text(SnapshotBlockPublicAccess.blockAllSharing)]
                )
            )
        }
        return .all(fragments)
    }
}
