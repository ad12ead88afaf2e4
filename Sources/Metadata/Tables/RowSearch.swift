import Domain

/// How a page of images or snapshots is found: by what was asked for where an index finds that, by what somebody sees where not.
struct RowSearch {
    let kind: Shareable
    let reach: Reach?
    let isSelective: Bool
    /// What a row must be, whoever sees it.
    let condition: SQLFragment

    /// What stands behind `WHERE`, up to and with the limit.
    func page(after id: String?, limit: Int) -> SQLFragment {
        var fragments: [SQLFragment]
        if let reach, reach.soleOwner == nil, !isSelective {
            let ids = ReachSQL(reach, of: kind).ids(of: condition, after: id, limit: limit)
            fragments = [SQLFragment(sql: "id IN (\(ids.sql))", values: ids.values)]
        } else {
            fragments = [reach.map { ReachSQL($0, of: kind).condition }, condition].compactMap(\.self)
            if let id { fragments.append(SQLFragment(sql: "id > ?", values: [.text(id)])) }
        }
        let all = SQLFragment.all(fragments)
        return SQLFragment(sql: "\(all.sql) ORDER BY id LIMIT ?", values: all.values + [.integer(limit)])
    }
}
