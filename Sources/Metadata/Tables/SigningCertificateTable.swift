import Domain

/// The certificates that users of accounts sign bundles with: rows of the directory.
package struct SigningCertificateTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// The certificates of all users of an account, the oldest first.
    package func certificates(of account: AccountID) throws -> [SigningCertificate] {
        let sql = "SELECT * FROM signing_certificates WHERE account = ? ORDER BY uploaded_at, id"
        return try transaction.rows(sql, [.text(account)]).map { row in
            SigningCertificate(
                id: try row.text("id"),
                account: try row.value("account"),
                userID: try row.optionalText("user_id"),
                body: try row.text("body"),
                status: try row.value("status"),
                uploadedAt: try row.date("uploaded_at")
            )
        }
    }

    package func insert(_ certificate: SigningCertificate) throws {
        try transaction.execute(
            "INSERT INTO signing_certificates (id, account, user_id, body, status, uploaded_at) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .text(certificate.id), .text(certificate.account), .text(certificate.userID), .text(certificate.body),
                .text(certificate.status), .date(certificate.uploadedAt),
            ]
        )
    }

    package func set(_ status: SigningCertificate.Status, of id: String) throws {
        try transaction.execute("UPDATE signing_certificates SET status = ? WHERE id = ?", [.text(status.rawValue), .text(id)])
    }

    package func delete(_ id: String) throws {
        try transaction.execute("DELETE FROM signing_certificates WHERE id = ?", [.text(id)])
    }
}
