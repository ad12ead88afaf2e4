import Domain
import Foundation

/// What accounts have set about sharing in a Region. An account without a row has set nothing.
package struct SharingSettingsTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func settings(of account: AccountID) throws -> SharingSettings {
        var settings = SharingSettings()
        guard let row = try transaction.firstRow("SELECT * FROM sharing_settings WHERE account = ?", [.text(account)]) else {
            return settings
        }
        settings.images = try row.value("image_block")
        settings.snapshots = try row.value("snapshot_block")
        guard let criteria = try? JSONDecoder().decode([ImageCriterion].self, from: Data(try row.text("criteria").utf8)) else {
            throw CorruptRow(column: "criteria")
        }
        settings.allowed = AllowedImages(state: try row.value("allowed"), criteria: criteria)
        return settings
    }

    package func set(_ settings: SharingSettings, of account: AccountID) throws {
        let criteria = String(decoding: try JSONEncoder().encode(settings.allowed.criteria), as: UTF8.self)
        try transaction.execute(
            """
            INSERT INTO sharing_settings (account, image_block, snapshot_block, allowed, criteria) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (account) DO UPDATE SET image_block = excluded.image_block, snapshot_block = excluded.snapshot_block,
                allowed = excluded.allowed, criteria = excluded.criteria
            """,
            [.text(account), .text(settings.images), .text(settings.snapshots), .text(settings.allowed.state), .text(criteria)]
        )
    }
}
