import API
import Domain
import HTTPTypes
import Wire

/// The tags of an image, a snapshot, a volume or an instance, all in one form.
struct TagsPage: Page {
    static let path = "{region}/tags/{id}"

    /// EC2's limit of a resource.
    private static let most = 50
    private static let emptyRows = 5

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    private func tags(of resource: Resource) -> [(key: String, value: String)] {
        resource.node.items("tagSet").map { ($0.text("key") ?? "", $0.text("value") ?? "") }
    }

    /// Row by row: keys and values stand in the form one after the other.
    private var entered: [(key: String, value: String)] {
        Array(zip(visit.fields("key"), visit.fields("value")).prefix(Self.most + Self.emptyRows))
    }

    func show() async throws -> View {
        let resource = try await visit.resource()
        var rows = visit.request.method == .post ? entered.filter { !$0.key.isEmpty || !$0.value.isEmpty } : tags(of: resource)
        rows += Array(repeating: (key: "", value: ""), count: min(Self.emptyRows, max(0, Self.most - rows.count)))
        var view = View(
            title: "Tags of \(resource.id)",
            template: "tags-form",
            values: [
                "id": resource.id, "name": resource.name, "back": resource.href,
                "crumbs": resource.crumbs.map { ["title": $0.title, "href": $0.href] as Values },
                "rows": rows.enumerated().map { ["number": $0 + 1, "key": $1.key, "value": $1.value] as Values },
            ]
        )
        view.section = resource.kind.section
        view.region = resource.region.rawValue
        return view
    }

    func submit() async throws -> Reply {
        let resource = try await visit.resource()
        let (before, rows) = (tags(of: resource), entered.filter { !$0.key.isEmpty })
        if entered.contains(where: { $0.key.isEmpty && !$0.value.isEmpty }) {
            throw visit.refusal("MissingParameter", "A value needs a key. Nothing was changed.")
        }
        let keys = rows.map(\.key)
        guard Set(keys).count == keys.count else {
            throw visit.refusal("InvalidParameterValue", "Each key can be given once. Nothing was changed.")
        }
        let new = rows.filter { row in !before.contains { $0.key == row.key && $0.value == row.value } }
        let gone = before.map(\.key).filter { !keys.contains($0) }
        // First those that go: there may be no room for the others else.
        if !gone.isEmpty {
            let parameters = gone.enumerated().map { ("Tag.\($0 + 1).Key", $1) }
            _ = try await visit.ec2("DeleteTags", in: resource.region, [("ResourceId.1", resource.id)] + parameters)
        }
        if !new.isEmpty {
            let parameters = new.enumerated().flatMap { [("Tag.\($0 + 1).Key", $1.key), ("Tag.\($0 + 1).Value", $1.value)] }
            _ = try await visit.ec2("CreateTags", in: resource.region, [("ResourceId.1", resource.id)] + parameters)
        }
        return .redirect(to: Shown.place(resource.href, [("notice", "tagged")]))
    }
}
