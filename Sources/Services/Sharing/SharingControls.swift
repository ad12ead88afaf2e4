import Domain
import Metadata

/// What an account sets about sharing in a Region: whether anything may become public, and which images of others it lets itself use
/// (docs/behaviour/sharing.md).
package struct SharingControls: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }

    package func settings() async throws -> SharingSettings {
        let account = call.account
        return try await call.store.database.read { try SharingSettingsTable($0).settings(of: account) }
    }

    package func block(_ state: ImageBlockPublicAccess) async throws { try await change { $0.images = state } }

    package func block(_ state: SnapshotBlockPublicAccess) async throws { try await change { $0.snapshots = state } }

    package func allowImages(_ state: AllowedImages.State) async throws { try await change { $0.allowed.state = state } }

    package func replaceCriteria(by criteria: [ImageCriterion]) async throws {
        try AllowedImages.check(criteria)
        try await change { $0.allowed.criteria = criteria }
    }

    private func change(_ body: @escaping @Sendable (inout SharingSettings) -> Void) async throws {
        let account = call.account
        try await call.commit { transaction in
            let table = SharingSettingsTable(transaction)
            var settings = try table.settings(of: account)
            body(&settings)
            try table.set(settings, of: account)
        }
    }
}
