import Domain

/// What DescribeInstances asks for, as far as an index can find it; `nil` does not narrow.
package struct InstanceSearch: Sendable {
    package var owner: AccountID
    package var ids: [String]?
    package var reservations: [String]?
    package var images: [String]?
    package var interfaces: [String]?
    /// Whose interfaces are in one of these.
    package var groups: [String]?
    package var states: [String]?
    package var tags: [TagSearch] = []

    package init(of owner: AccountID) { self.owner = owner }

    /// What the rows of a page are.
    func page(after place: InstancePlace?, limit: Int) -> SQLFragment {
        var fragments = [SQLFragment(sql: "owner = ?", values: [.text(owner)])]
        let lists = [
            ("id", ids), ("reservation", reservations), ("image_id", images), ("interface", interfaces), ("state", states),
        ]
        for (column, texts) in lists {
            guard let texts else { continue }
            fragments.append(SQLFragment(sql: "\(column) IN (\(Transaction.marks(texts.count)))", values: texts.map { .text($0) }))
        }
        if let groups {
            let sql = "id IN (SELECT instance_id FROM instance_groups WHERE group_id IN (\(Transaction.marks(groups.count))))"
            fragments.append(SQLFragment(sql: sql, values: groups.map { .text($0) }))
        }
        fragments += tags.map(\.condition)
        if let place {
            fragments.append(
                SQLFragment(sql: "(reservation, launch_index) > (?, ?)", values: [.text(place.reservation), .integer(place.launchIndex)])
            )
        }
        let all = SQLFragment.all(fragments)
        return SQLFragment(sql: "\(all.sql) ORDER BY reservation, launch_index LIMIT ?", values: all.values + [.integer(limit)])
    }
}

/// Where an instance stands in a listing: behind those of earlier reservations, and those that were launched with it before.
package struct InstancePlace: Sendable, Equatable {
    package let reservation: ReservationID
    package let launchIndex: Int

    package init(of instance: Instance) {
        reservation = instance.reservation
        launchIndex = instance.launchIndex
    }

    /// Nil for what is no place.
    package init?(text: String) {
        let parts = text.split(separator: "/").map(String.init)
        guard parts.count == 2, let reservation = ReservationID(rawValue: parts[0]), let launchIndex = Int(parts[1]) else { return nil }
        self.reservation = reservation
        self.launchIndex = launchIndex
    }

    package var text: String { "\(reservation)/\(launchIndex)" }
}
