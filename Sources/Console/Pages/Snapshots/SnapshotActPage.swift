import API
import Domain
import Wire

/// What is done with a snapshot, each a form: an image of it, a copy, a lock, its end.
struct SnapshotActPage: Page {
    static let path = "{region}/snapshots/{id}/{act}"

    enum Act: String, CaseIterable {
        case image, copy, lock, unlock, delete

        var title: String {
            switch self {
            case .image: "Create image"
            case .copy: "Copy"
            case .lock: "Lock"
            case .unlock: "Unlock"
            case .delete: "Delete"
            }
        }

        static func possible(for node: XMLNode, isOwn: Bool, isLocked: Bool) -> [Act] {
            let isCompleted = node.text("status") == "completed"
            return allCases.filter { act in
                switch act {
                case .image, .copy: isCompleted
                case .lock: isOwn
                case .unlock: isOwn && isLocked
                case .delete: isOwn
                }
            }
        }
    }

    private let visit: Visit
    private let act: Act

    init(_ visit: Visit) throws {
        self.visit = visit
        guard let act = Act(rawValue: visit.parameter("act")) else { throw PageFault.notFound }
        self.act = act
    }

    func show() async throws -> View {
        let resource = try await visit.resource()
        guard resource.kind == .snapshot else { throw PageFault.notFound }
        var form = FormView(title: "\(act.title): \(resource.name)", button: act.title, back: resource.href)
        form.crumbs = resource.crumbs
        switch act {
        case .image: form.fields = ImageFields.fields(visit, description: resource.node.text("description") ?? "")
        case .copy:
            let regions = visit.console.regions.map { FormView.Option(value: $0.rawValue, title: $0.rawValue) }
            let description = "[Copied \(resource.id) from \(resource.region)]"
            form.fields = [
                visit.field("to", "Destination Region", .choice(regions), from: resource.region.rawValue),
                visit.field("description", "Description", from: description),
            ]
            if resource.node.text("encrypted") == "true" {
                form.text = [
                    "It is encrypted: EC2 takes it to another Region only with a link that a client has signed. Copy an image of it, or use aws ec2 copy-snapshot."
                ]
            }
            form.fields += EncryptionFields.fields(visit)
            form.fields.append(
                visit.field(
                    "minutes",
                    "Completion duration in minutes",
                    .number,
                    hint: "15 minutes to 48 hours, in steps of 15. Empty: as fast as it goes."
                )
            )
        case .lock:
            let modes = [
                FormView.Option(value: "governance", title: "Governance: who may unlock, can"),
                .init(value: "compliance", title: "Compliance: nobody can"),
            ]
            form.text = ["A locked snapshot cannot be deleted."]
            form.fields = [
                visit.field("mode", "Mode", .choice(modes), from: "governance"),
                visit.field("days", "For how many days", .number, from: "1", isRequired: true),
                visit.field(
                    "cool-off",
                    "Hours in which a lock of compliance mode can still be undone",
                    .number,
                    hint: "1 to 72; empty for none."
                ),
            ]
            if visit.field("mode") == "compliance" {
                form.text.append("Nobody can delete the snapshot until the lock expires, the server's administrator not excepted.")
                form.fields.append(visit.confirmation(resource.id))
            }
        case .unlock: form.text = ["It can be deleted again."]
        case .delete:
            form.isDangerous = true
            form.text = ["Volumes that were made of it stay. A snapshot that an image uses cannot be deleted: deregister the image first."]
            form.fields = [visit.confirmation(resource.id)]
        }
        return form.view(section: "snapshots", region: resource.region.rawValue)
    }

    func submit() async throws -> Reply {
        let (region, id) = (try visit.region(), visit.parameter("id"))
        let place = Shown.place(region.rawValue, "snapshots", id)
        switch act {
        case .image:
            let created = try await visit.ec2("RegisterImage", in: region, ImageFields.parameters(visit, snapshot: id))
            let image = Shown.place(region.rawValue, "images", created.text("imageId") ?? "")
            return .redirect(to: Shown.place(image, [("notice", "registered")]))
        case .copy:
            guard let target = Region(rawValue: visit.field("to")), visit.console.regions.contains(target) else { throw PageFault.notFound }
            var parameters = [("SourceRegion", region.rawValue), ("SourceSnapshotId", id)]
            parameters += visit.parameters([("description", "Description"), ("minutes", "CompletionDurationMinutes")])
            parameters += EncryptionFields.parameters(visit)
            let copied = try await visit.ec2("CopySnapshot", in: target, parameters)
            let copy = Shown.place(target.rawValue, "snapshots", copied.text("snapshotId") ?? "")
            return .redirect(to: Shown.place(copy, [("notice", "copying-snapshot")]))
        case .lock:
            // What cannot be undone is asked about once more.
            if visit.field("mode") == "compliance" { try visit.confirm(id) }
            let parameters = visit.parameters([("mode", "LockMode"), ("days", "LockDuration"), ("cool-off", "CoolOffPeriod")])
            _ = try await visit.ec2("LockSnapshot", in: region, [("SnapshotId", id)] + parameters)
        case .unlock: _ = try await visit.ec2("UnlockSnapshot", in: region, [("SnapshotId", id)])
        case .delete:
            try visit.confirm(id)
            _ = try await visit.ec2("DeleteSnapshot", in: region, [("SnapshotId", id)])
            return .redirect(to: Shown.place(Shown.place(region.rawValue, "snapshots"), [("notice", "is-deleted")]))
        }
        return .redirect(to: Shown.place(place, [("notice", "is-changed")]))
    }
}

/// What a form asks of an image that is made of a snapshot.
enum ImageFields {
    private static let architectures = [
        FormView.Option(value: "x86_64", title: "x86_64"), .init(value: "arm64", title: "arm64"), .init(value: "i386", title: "i386"),
    ]
    private static let bootModes = [
        FormView.Option(value: "", title: "As the instance type has it"), .init(value: "uefi", title: "UEFI"),
        .init(value: "legacy-bios", title: "Legacy BIOS"), .init(value: "uefi-preferred", title: "UEFI preferred"),
    ]

    static func fields(_ visit: Visit, description: String = "") -> [FormView.Field] {
        [
            visit.field("name", "Image name", isRequired: true, longest: 128),
            visit.field("description", "Image description", from: description),
            visit.field("architecture", "Architecture", .choice(architectures), from: "x86_64"),
            visit.field("boot", "Boot mode", .choice(bootModes)),
            visit.field("root", "Root device name", from: "/dev/xvda", isRequired: true),
        ]
    }

    /// For RegisterImage.
    static func parameters(_ visit: Visit, snapshot: String) -> [(String, String)] {
        let root = visit.field("root")
        return [
            ("VirtualizationType", "hvm"), ("EnaSupport", "true"), ("RootDeviceName", root), ("BlockDeviceMapping.1.DeviceName", root),
            ("BlockDeviceMapping.1.Ebs.SnapshotId", snapshot), ("BlockDeviceMapping.1.Ebs.DeleteOnTermination", "true"),
        ] + visit.parameters([("name", "Name"), ("description", "Description"), ("architecture", "Architecture"), ("boot", "BootMode")])
    }
}

/// How what is made is to be encrypted.
enum EncryptionFields {
    static func fields(_ visit: Visit) -> [FormView.Field] {
        [
            visit.field("encrypted", "Encrypt", .check),
            visit.field(
                "key",
                "KMS key",
                hint: "The id, ARN or alias of a key of the Region. Without one, the account's default key there.",
                longest: 2048
            ),
        ]
    }

    static func parameters(_ visit: Visit) -> [(String, String)] {
        guard visit.field("encrypted") == "on" else { return [] }
        return [("Encrypted", "true")] + visit.parameters([("key", "KmsKeyId")])
    }
}
