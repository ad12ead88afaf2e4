import Domain

/// What DescribeImages asks for, as far as an index can find it; `nil` does not narrow.
package struct ImageSearch: Sendable {
    /// Whoever owns it and whoever sees it, when nil.
    package var reach: Reach?
    package var ids: [String]?
    package var names: [String]?
    package var states: [String]?
    package var sourceImageIDs: [String]?
    /// Whether only those are looked for that were copied, whatever from.
    package var isCopied = false
    package var sourceInstanceIDs: [String]?
    package var snapshotIDs: [String]?
    package var tags: [TagSearch] = []

    package init() {}

    /// Whether an index finds few rows by it, whosoever they are.
    private var isSelective: Bool {
        ids != nil || names != nil || sourceImageIDs != nil || sourceInstanceIDs != nil || snapshotIDs != nil || !tags.isEmpty
    }

    /// What a row of images must be, whoever sees it.
    private var condition: SQLFragment {
        var fragments = [SQLFragment(sql: "state <> 'deregistered'")]
        func narrow(_ column: String, _ texts: [String]?, in subquery: String? = nil) {
            guard let texts else { return }
            let list = "\(column) IN (\(Transaction.marks(texts.count)))"
            fragments.append(SQLFragment(sql: subquery.map { "id IN (\($0) WHERE \(list))" } ?? list, values: texts.map { .text($0) }))
        }
        narrow("id", ids)
        narrow("name", names)
        narrow("state", states)
        narrow("source_image_id", sourceImageIDs)
        narrow("source_instance_id", sourceInstanceIDs)
        narrow("snapshot_id", snapshotIDs, in: "SELECT image_id FROM image_devices")
        if isCopied { fragments.append(SQLFragment(sql: "source_image_id IS NOT NULL")) }
        return .all(fragments + tags.map(\.condition))
    }

    /// What the rows of a page are.
    func page(after id: String?, limit: Int) -> SQLFragment {
        RowSearch(kind: .image, reach: reach, isSelective: isSelective, condition: condition).page(after: id, limit: limit)
    }
}
