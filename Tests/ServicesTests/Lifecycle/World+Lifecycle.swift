import Domain
import Services

extension World {
    static let day: Double = 86_400

    func rules(_ region: Region = World.home) -> RetentionRules { RetentionRules(call(region)) }
    func bin(_ region: Region = World.home) -> RecycleBin { RecycleBin(call(region)) }

    @discardableResult
    func keep(_ kind: RecyclableKind, days: Int, _ change: (inout RetentionRule) -> Void = { _ in }) async throws -> RetentionRule {
        var rule = rules().draft(kind: kind, description: "of a test", days: days)
        change(&rule)
        return try await rules().create(rule)
    }

    /// Does what is due in the lives of images and snapshots.
    func live(_ region: Region = World.home) async {
        await LifecycleReconciler(store: store(region), deployment: deployment).step()
    }

    /// What DescribeImages shows of an image, disabled or not.
    func shown(_ id: ImageID, disabled: Bool = false, deprecated: Bool = false, by account: AccountID = World.account) async throws
        -> Image?
    {
        var query = ImageQuery()
        query.ids = [id.rawValue]
        query.inclusion.disabled = disabled
        query.inclusion.deprecated = deprecated
        return try await Images(call(World.home, by: account)).describe(query).elements.first
    }

    func recycledImages() async throws -> [ImageID] { try await bin().images([], page: PageRequest()).elements.map(\.value.id) }
    func recycledSnapshots() async throws -> [SnapshotID] { try await bin().snapshots([], page: PageRequest()).elements.map(\.value.id) }
}
