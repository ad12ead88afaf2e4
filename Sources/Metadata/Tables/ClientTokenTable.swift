import Domain
import Foundation

/// What a client token stands for: the parameters that came with it and the resource that was made.
package struct ClientTokenTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func find(account: AccountID, action: String, token: String) throws -> (fingerprint: [UInt8], resourceID: String)? {
        let sql = "SELECT fingerprint, resource_id FROM client_tokens WHERE account = ? AND action = ? AND token = ?"
        return try transaction.firstRow(sql, [.text(account), .text(action), .text(token)]).map { row in
            (try row.bytes("fingerprint"), try row.text("resource_id"))
        }
    }

    package func insert(
        account: AccountID,
        action: String,
        token: String,
        fingerprint: [UInt8],
        resourceID: String,
        at date: Date
    ) throws {
        try transaction.execute(
            "INSERT INTO client_tokens (account, action, token, fingerprint, resource_id, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            [.text(account), .text(action), .text(token), .bytes(fingerprint), .text(resourceID), .date(date)]
        )
    }
}
