import Domain

/// What DescribeSnapshots asks for, as far as an index can find it; `nil` does not narrow.
package struct SnapshotSearch: Sendable {
    /// Whoever owns it and whoever sees it, when nil.
    package var reach: Reach?
    package var ids: [String]?
    package var states: [String]?
    /// Whether what is in the Recycle Bin is wanted, too.
    package var includesRecycled = false
    package var tags: [TagSearch] = []

    package init() {}

    /// What a row of snapshots must be, whoever sees it.
    private var condition: SQLFragment {
        let lists = [("id", ids), ("state", states)].compactMap { column, texts in
            texts.map { SQLFragment(sql: "\(column) IN (\(Transaction.marks($0.count)))", values: $0.map { .text($0) }) }
        }
        return .all([SQLFragment(sql: includesRecycled ? "1 = 1" : "state <> 'recoverable'")] + lists + tags.map(\.condition))
    }

    /// What the rows of a page are.
    func page(after id: String?, limit: Int) -> SQLFragment {
        RowSearch(kind: .snapshot, reach: reach, isSelective: ids != nil || !tags.isEmpty, condition: condition)
            .page(after: id, limit: limit)
    }
}
