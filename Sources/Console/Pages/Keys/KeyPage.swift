import API
import Domain

/// One KMS key: what it is called, who may use it, and its life.
struct KeyPage: Page {
    static let path = "{region}/keys/{id}"

    let visit: Visit
    let region: Region
    let id: String

    init(_ visit: Visit) throws {
        self.visit = visit
        region = try visit.region()
        id = visit.parameter("id")
    }

    var href: String { KMSKey.place(region, id) }

    /// With what all of them begin with; nil for none.
    static func alias(_ text: String) -> String? {
        let text = text.trimmed
        return text.isEmpty ? nil : text.hasPrefix("alias/") ? text : "alias/\(text)"
    }

    func show() async throws -> View {
        let key = try await visit.key(id, in: region)
        var record = Record(title: key.keyId, crumbs: [("Keys", Shown.place("all", "keys"))])
        record.facts = [
            ("Key ID", .id(key.keyId)), ("ARN", .id(key.arn)), ("Status", key.state), ("Region", .text(region.rawValue)),
            ("Description", .text(key.description)), ("Managed by", .text(key.isAWSManaged ? "AWS" : "Customer")),
            ("Key spec", .text(key.keySpec)), ("Key usage", .text(key.keyUsage)), ("Created", .seconds(key.creationDate)),
        ]
        if key.deletionDate != nil { record.facts.append(("Deleted on", .seconds(key.deletionDate))) }
        if !key.isAWSManaged, key.keyState != "PendingDeletion" {
            record.links = [("Schedule deletion", Shown.place(region.rawValue, "keys", id, "delete"), true)]
        }
        let isOwn = !key.isAWSManaged
        record.sections = isOwn ? [state(key)] : []
        record.sections.append(try await aliases(isOwn))
        record.sections.append(try await policy(isOwn))
        record.sections.append(try await grants())
        if key.keySpec == "SYMMETRIC_DEFAULT" { record.sections.append(try await rotation(isOwn)) }
        record.sections.append(try await tags(isOwn))
        var view = record.view(in: "keys")
        view.region = region.rawValue
        return view
    }

    private func state(_ key: KMSKey) -> Record.Section {
        var section = Record.Section(title: "State")
        let description = Field(
            name: "description",
            label: "Description",
            value: visit.act == "describe" ? visit.field("description") : key.description ?? "",
            max: 8192
        )
        switch key.keyState {
        case "Enabled":
            section.about = "What is encrypted under the key can be read. While it is disabled, it cannot."
            section.forms = [Form(title: "Disable", act: "disable", fields: [])]
        case "Disabled":
            section.about = "Nothing that is encrypted under the key can be read until it is enabled."
            section.forms = [Form(title: "Enable", act: "enable", fields: [])]
        default:
            section.about = "Nothing that is encrypted under the key can be read, and never again once it is deleted."
            section.forms = [Form(title: "Cancel deletion", act: "cancel", fields: [])]
        }
        section.forms.append(Form(title: "Change description", act: "describe", fields: [description]))
        return section
    }

    private func aliases(_ isOwn: Bool) async throws -> Record.Section {
        try await Record.Section.reading("Aliases") { section in
            section.table = Table(label: "Aliases", columns: ["Alias", ""])
            section.empty = "None."
            section.table?.rows = try await visit.aliases(of: id, in: region).map { alias in
                let delete = Act(title: "Delete", what: alias.aliasName, act: "delete-alias", fields: [("name", alias.aliasName)])
                return [.id(alias.aliasName), .acts(isOwn ? [delete] : [])]
            }
            guard isOwn else { return }
            let field = Field(name: "alias", label: "New alias", value: visit.field("alias"), max: 256, isRequired: true)
            section.forms = [Form(title: "Add alias", act: "alias", fields: [field])]
        }
    }

    private func policy(_ isOwn: Bool) async throws -> Record.Section {
        try await Record.Section.reading("Key policy") { section in
            let found: KMSAnswer.Policy = try await visit.kms("GetKeyPolicy", in: region, ["KeyId": id, "PolicyName": "default"])
            section.about = "Who may use and administer the key. Policies of users and roles count only as far as it lets them."
            section.document = JSONLayout.pretty(found.policy)
            if isOwn { section.links = [("Edit key policy", Shown.place(region.rawValue, "keys", id, "policy"))] }
        }
    }

    private func grants() async throws -> Record.Section {
        try await Record.Section.reading("Grants") { section in
            let next = visit.query("next")
            let question = KMSPage(keyId: id, limit: 50, marker: next.isEmpty ? nil : next)
            let found: KMSAnswer.Grants = try await visit.kms("ListGrants", in: region, question)
            section.table = Table(label: "Grants", columns: ["Grant ID", "Name", "Grantee", "Operations", "Created", ""])
            section.empty = "None."
            section.table?.rows = found.grants.map { grant in
                let revoke = Act(title: "Revoke", what: grant.grantId, act: "revoke", fields: [("grant", grant.grantId)])
                return [
                    .id(grant.grantId), .text(grant.name), .text(grant.granteePrincipal), .names(grant.operations ?? []),
                    .seconds(grant.creationDate), .acts([revoke]),
                ]
            }
            if let marker = found.nextMarker { section.links = [("Next page", Shown.place(href, [("next", marker)]))] }
        }
    }

    private func rotation(_ isOwn: Bool) async throws -> Record.Section {
        try await Record.Section.reading("Rotation") { section in
            let status: KMSAnswer.Rotation = try await visit.kms("GetKeyRotationStatus", in: region, ["KeyId": id])
            let next = Shown.time(seconds: status.nextRotationDate)?["text"] as? String
            section.about =
                status.keyRotationEnabled
                ? "New material every \(status.rotationPeriodInDays ?? 365) days\(next.map { ", next on \($0)" } ?? "")."
                : "The key keeps its material."
            let found: KMSAnswer.Rotations = try await visit.kms("ListKeyRotations", in: region, ["KeyId": id])
            section.table = Table(label: "Rotations", columns: ["Rotated", "Because"])
            section.table?.rows = found.rotations.map { [.seconds($0.rotationDate), .text($0.rotationType)] }
            section.empty = "It was never rotated."
            guard isOwn else { return }
            let days = Field(
                name: "days",
                label: "Rotate every so many days, 90 to 2560",
                value: status.rotationPeriodInDays.map(String.init) ?? "365",
                max: 4,
                isRequired: true
            )
            let title = status.keyRotationEnabled ? "Change period" : "Enable rotation"
            section.forms = [Form(title: title, act: "rotate-every", fields: [days])]
            if status.keyRotationEnabled { section.forms.append(Form(title: "Disable rotation", act: "no-rotation", fields: [])) }
            section.forms.append(Form(title: "Rotate now", act: "rotate", fields: []))
        }
    }

    private func tags(_ isOwn: Bool) async throws -> Record.Section {
        try await Record.Section.reading("Tags") { section in
            let found: KMSAnswer.Tags = try await visit.kms("ListResourceTags", in: region, ["KeyId": id])
            section.table = Table(label: "Tags", columns: ["Key", "Value", ""])
            section.empty = "None."
            section.table?.rows = found.tags.map { tag in
                let remove = Act(title: "Remove", what: tag.tagKey, act: "untag", fields: [("key", tag.tagKey)])
                return [.text(tag.tagKey), .text(tag.tagValue), .acts(isOwn ? [remove] : [])]
            }
            guard isOwn else { return }
            section.forms = [
                Form(
                    title: "Add tag",
                    act: "tag",
                    fields: [
                        Field(name: "tag-key", label: "Key", value: visit.field("tag-key"), max: 128, isRequired: true),
                        Field(name: "tag-value", label: "Value", value: visit.field("tag-value"), max: 256),
                    ]
                )
            ]
        }
    }
}
