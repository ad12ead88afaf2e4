import API
import Domain
import HTTPTypes

/// The form that makes a KMS key with an alias.
struct CreateKeyPage: Page {
    static let path = "create/key"

    static func place(_ region: String) -> String { Shown.place(Shown.place("create", "key"), [("region", region == "all" ? "" : region)]) }

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    private func region() throws -> Region {
        let name = visit.entered("region")
        guard let region = visit.console.regions.first(where: { $0.rawValue == name }) ?? visit.console.regions.first else {
            throw PageFault.notFound
        }
        return region
    }

    func show() async throws -> View {
        let region = try region()
        let isSent = visit.request.method == .post
        let fields = [
            Field(
                name: "region",
                label: "Region",
                kind: .choice(visit.console.regions.map { ($0.rawValue, $0.rawValue) }),
                value: region.rawValue
            ),
            Field(
                name: "alias",
                label: "Alias",
                value: isSent ? visit.field("alias") : "",
                hint: "What it is called by, such as images. Pages and commands take alias/images for the key.",
                max: 250
            ), Field(name: "description", label: "Description", value: visit.field("description"), max: 8192),
        ]
        let list = Shown.place("all", "keys")
        var view = View(
            title: "Create key",
            template: "create",
            values: [
                "crumbs": [["title": "Keys", "href": list] as Values],
                "form": Form(title: "Create key", act: "create", fields: fields, cancel: list, isCard: true).values,
            ]
        )
        view.section = "keys"
        return view
    }

    /// A name that is taken or is none is told before there is a key: KMS is asked to give it to a key that is nobody's.
    private func check(_ alias: String, in region: Region) async throws {
        do {
            try await visit.kms("CreateAlias", in: region, with: ["AliasName": alias, "TargetKeyId": Self.nobodys])
        } catch let refusal as CallRefusal where refusal.code == "NotFoundException" {
            // The name is one; what is missing is the key.
        }
        do {
            _ = try await visit.key(alias, in: region)
        } catch let refusal as CallRefusal where refusal.code == "NotFoundException" {
            return
        }
        throw visit.refusal("AlreadyExistsException", "There is an alias \(alias) in \(region) already.")
    }

    private static let nobodys = "00000000-0000-0000-0000-000000000000"

    private struct Creation: Encodable {
        let description: String?
    }

    func submit() async throws -> Reply {
        let region = try region()
        let alias = KeyPage.alias(visit.field("alias"))
        if let alias { try await check(alias, in: region) }
        let description = visit.field("description")
        let creation = Creation(description: description.isEmpty ? nil : description)
        let made: KMSAnswer.Described = try await visit.kms("CreateKey", in: region, creation)
        let id = made.keyMetadata.keyId
        do {
            if let alias { try await visit.kms("CreateAlias", in: region, with: ["AliasName": alias, "TargetKeyId": id]) }
        } catch var refusal as CallRefusal {
            refusal.doing = "The key \(id) is made; giving it the alias"
            throw refusal
        }
        return visit.done("created", at: KMSKey.place(region, id))
    }
}
