import API
import Domain
import HTTPTypes

/// The editor of a key's policy.
struct KeyPolicyPage: Page {
    static let path = "{region}/keys/{id}/policy"

    private let visit: Visit
    private let region: Region
    private let id: String

    init(_ visit: Visit) throws {
        self.visit = visit
        region = try visit.region()
        id = visit.parameter("id")
    }

    private var href: String { KMSKey.place(region, id) }

    func show() async throws -> View {
        let found: KMSAnswer.Policy = try await visit.kms("GetKeyPolicy", in: region, ["KeyId": id, "PolicyName": "default"])
        let document = visit.request.method == .post ? visit.document("document") : JSONLayout.pretty(found.policy)
        let form = Form(
            title: "Save",
            act: "save",
            fields: [Field(name: "document", label: "Policy document", kind: .area(24), value: document, isRequired: true)],
            cancel: href,
            isCard: true,
            about: "Who is in no policy of the key cannot get in again: KMS refuses a policy that would shut you out."
        )
        var view = View(
            title: "Key policy",
            template: "create",
            values: [
                "crumbs": [("Keys", Shown.place("all", "keys")), (id, href)].map { ["title": $0.0, "href": $0.1] as Values },
                "form": form.values,
            ]
        )
        view.section = "keys"
        view.region = region.rawValue
        return view
    }

    func submit() async throws -> Reply {
        let members = ["KeyId": id, "PolicyName": "default", "Policy": visit.document("document")]
        try await visit.kms("PutKeyPolicy", in: region, with: members)
        return visit.done("changed", at: href)
    }
}
