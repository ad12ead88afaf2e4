import Domain

/// What DescribeVolumes asks for, as far as an index can find it; `nil` does not narrow.
package struct VolumeSearch: Sendable {
    package var owner: AccountID
    package var ids: [String]?
    package var snapshots: [String]?
    /// What is attached to one of these.
    package var instances: [String]?
    package var states: [String]?
    package var tags: [TagSearch] = []

    package init(of owner: AccountID) { self.owner = owner }

    /// What the rows of a page are.
    func page(after id: String?, limit: Int) -> SQLFragment {
        var fragments = [SQLFragment(sql: "owner = ?", values: [.text(owner)])]
        for (column, texts) in [("id", ids), ("snapshot_id", snapshots), ("state", states)] {
            guard let texts else { continue }
            fragments.append(SQLFragment(sql: "\(column) IN (\(Transaction.marks(texts.count)))", values: texts.map { .text($0) }))
        }
        if let instances {
            let sql = "id IN (SELECT volume_id FROM volume_attachments WHERE instance_id IN (\(Transaction.marks(instances.count))))"
            fragments.append(SQLFragment(sql: sql, values: instances.map { .text($0) }))
        }
        fragments += tags.map(\.condition)
        if let id { fragments.append(SQLFragment(sql: "id > ?", values: [.text(id)])) }
        let all = SQLFragment.all(fragments)
        return SQLFragment(sql: "\(all.sql) ORDER BY id LIMIT ?", values: all.values + [.integer(limit)])
    }
}
