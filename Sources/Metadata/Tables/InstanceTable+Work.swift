import Domain
import Foundation

/// What whoever drives instances looks for. Each state that has a next step (`Instance.step`) is one that is driven.
extension InstanceTable {
    private static let isDriven = "state IN ('pending', 'running', 'stopping', 'shutting-down')"

    /// Whether there is one to be driven, by whomever.
    package func hasAny() throws -> Bool {
        try transaction.firstRow("SELECT 1 AS found FROM instances WHERE \(Self.isDriven) LIMIT 1") != nil
    }

    /// At most `limit` that are to be driven and whose lease is free, those first that wait longest.
    package func waiting(_ limit: Int, at now: Date) throws -> [Instance] {
        let sql = "SELECT * FROM instances WHERE \(Self.isDriven) AND lease_until < ? ORDER BY launched_at, id LIMIT ?"
        return try load(transaction.rows(sql, [.date(now), .integer(max(0, limit))]))
    }

    /// The ids of those that an owner has leased and that are to be driven.
    package func driven(by owner: String) throws -> Set<InstanceID> {
        let sql = "SELECT id FROM instances WHERE lease_owner = ? AND \(Self.isDriven)"
        return Set(try transaction.rows(sql, [.text(owner)]).map { try $0.value("id") })
    }

    /// At most `limit` that ended before a date, those first that ended first.
    package func ended(before date: Date, limit: Int) throws -> [Instance] {
        let sql = "SELECT * FROM instances WHERE terminated_at < ? ORDER BY terminated_at, id LIMIT ?"
        return try load(transaction.rows(sql, [.date(date), .integer(limit)]))
    }
}

/// What instances take up of what there is.
extension InstanceTable {
    package func isPublicAddressTaken(_ address: String) throws -> Bool {
        try transaction.firstRow("SELECT 1 AS found FROM instances WHERE public_address = ?", [.text(address)]) != nil
    }

    /// The private addresses of a network that interfaces have.
    package func privateAddresses(of vpc: NetworkPartID) throws -> Set<String> {
        let sql = "SELECT private_address FROM instances WHERE vpc = ? AND state <> 'terminated'"
        return Set(try transaction.rows(sql, [.text(vpc)]).map { try $0.text("private_address") })
    }

    /// How many interfaces each subnet of a network has.
    package func interfaceCounts(of vpc: NetworkPartID) throws -> [NetworkPartID: Int] {
        let sql = "SELECT subnet, COUNT(*) AS count FROM instances WHERE vpc = ? AND state <> 'terminated' GROUP BY subnet"
        return try transaction.rows(sql, [.text(vpc)]).reduce(into: [:]) { counts, row in
            counts[try row.value("subnet")] = Int(try row.integer("count"))
        }
    }

    /// How many instances of an image each account has that are not terminated.
    package func counts(of image: ImageID) throws -> [AccountID: Int] {
        let sql = "SELECT owner, COUNT(*) AS count FROM instances WHERE image_id = ? AND state <> 'terminated' GROUP BY owner"
        return try transaction.rows(sql, [.text(image)]).reduce(into: [:]) { counts, row in
            counts[try row.value("owner")] = Int(try row.integer("count"))
        }
    }

    /// Whether an interface is in a group.
    package func hasInterface(in group: SecurityGroupID) throws -> Bool {
        try transaction.firstRow("SELECT 1 AS found FROM instance_groups WHERE group_id = ? LIMIT 1", [.text(group)]) != nil
    }

    /// The virtual processors of an account's instances that run or are about to.
    package func vCPUs(of owner: AccountID) throws -> Int {
        let sql = "SELECT COALESCE(SUM(vcpus), 0) AS count FROM instances WHERE owner = ? AND state IN ('pending', 'running')"
        return Int(try transaction.firstRow(sql, [.text(owner)])?.integer("count") ?? 0)
    }
}
