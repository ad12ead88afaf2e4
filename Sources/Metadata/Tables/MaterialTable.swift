import Domain
import Foundation

/// The materials of KMS keys, sealed.
package struct MaterialTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func material(_ number: Int, of key: KeyID) throws -> KeyMaterial? {
        try transaction.firstRow("SELECT * FROM kms_materials WHERE key_id = ? AND number = ?", [.text(key), .integer(number)])
            .map(KeyMaterial.init)
    }

    /// At most `limit` materials of a key behind a number, oldest first.
    package func materials(of key: KeyID, after number: Int, limit: Int) throws -> [KeyMaterial] {
        let sql = "SELECT * FROM kms_materials WHERE key_id = ? AND number > ? ORDER BY number LIMIT ?"
        return try transaction.rows(sql, [.text(key), .integer(number), .integer(limit)]).map(KeyMaterial.init)
    }

    package func count(of key: KeyID, cause: KeyMaterial.Cause) throws -> Int {
        let sql = "SELECT COUNT(*) AS count FROM kms_materials WHERE key_id = ? AND cause = ?"
        return Int(try transaction.firstRow(sql, [.text(key), .text(cause)])?.integer("count") ?? 0)
    }

    package func insert(_ material: KeyMaterial) throws {
        try transaction.execute(
            "INSERT INTO kms_materials (key_id, number, id, sealed, created_at, cause) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .text(material.key), .integer(material.number), .text(material.id), .bytes(material.sealed), .date(material.createdAt),
                .text(material.cause),
            ]
        )
    }

    /// At most `limit` materials behind one, in the order of key and number: to seal them anew.
    package func page(after place: (key: KeyID, number: Int)?, limit: Int) throws -> [KeyMaterial] {
        let sql = "SELECT * FROM kms_materials WHERE (key_id, number) > (?, ?) ORDER BY key_id, number LIMIT ?"
        return try transaction.rows(sql, [.text(place?.key.rawValue ?? ""), .integer(place?.number ?? 0), .integer(limit)])
            .map(KeyMaterial.init)
    }

    package func setSealed(_ sealed: [UInt8], of material: KeyMaterial) throws {
        try transaction.execute(
            "UPDATE kms_materials SET sealed = ? WHERE key_id = ? AND number = ?",
            [.bytes(sealed), .text(material.key), .integer(material.number)]
        )
    }
}

/// One material of a key.
package struct KeyMaterial: Hashable, Sendable {
    /// Why it was made; the words of ListKeyRotations but for the first.
    package enum Cause: String, Sendable {
        case creation = "CREATION"
        case automatic = "AUTOMATIC"
        case onDemand = "ON_DEMAND"
    }

    package let key: KeyID
    /// 1 for the one that the key was made with.
    package let number: Int
    /// 64 hexadecimal digits, random.
    package let id: String
    package let sealed: [UInt8]
    package let createdAt: Date
    package let cause: Cause

    package init(key: KeyID, number: Int, id: String, sealed: [UInt8], createdAt: Date, cause: Cause) {
        self.key = key
        self.number = number
        self.id = id
        self.sealed = sealed
        self.createdAt = createdAt
        self.cause = cause
    }

    init(_ row: SQLRow) throws {
        try self.init(
            key: row.value("key_id"),
            number: Int(row.integer("number")),
            id: row.text("id"),
            sealed: row.bytes("sealed"),
            createdAt: row.date("created_at"),
            cause: row.value("cause")
        )
    }
}
