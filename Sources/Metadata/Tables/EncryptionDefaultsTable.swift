import Domain

/// What accounts have set about encryption in a Region. An account without a row has set nothing.
package struct EncryptionDefaultsTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func defaults(of account: AccountID) throws -> EncryptionDefaults {
        let row = try transaction.firstRow("SELECT * FROM encryption_defaults WHERE account = ?", [.text(account)])
        guard let row else { return EncryptionDefaults() }
        return EncryptionDefaults(isOn: try row.flag("is_on"), keyARN: try row.optionalText("kms_key"))
    }

    package func set(_ defaults: EncryptionDefaults, of account: AccountID) throws {
        try transaction.execute(
            """
            INSERT INTO encryption_defaults (account, is_on, kms_key) VALUES (?, ?, ?)
            ON CONFLICT (account) DO UPDATE SET is_on = excluded.is_on, kms_key = excluded.kms_key
            """,
            [.text(account), .flag(defaults.isOn), .text(defaults.keyARN)]
        )
    }
}
