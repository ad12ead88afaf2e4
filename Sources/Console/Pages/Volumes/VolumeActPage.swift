import API
import Domain
import HTTPTypes
import Wire

/// What is done with a volume, each a form: to an instance and away from it, another shape, a snapshot, its end.
struct VolumeActPage: Page {
    static let path = "{region}/volumes/{id}/{act}"

    enum Act: String, CaseIterable {
        case attach, detach, modify, snapshot, delete

        var title: String {
            switch self {
            case .attach: "Attach"
            case .detach: "Detach"
            case .modify: "Modify"
            case .snapshot: "Create snapshot"
            case .delete: "Delete"
            }
        }

        static func possible(for volume: VolumeOnPage) -> [Act] {
            let isThere = ["available", "in-use"].contains(volume.state)
            let isShared = volume.node.text("multiAttachEnabled") == "true"
            return allCases.filter { act in
                switch act {
                case .attach: volume.state == "available" || isThere && isShared
                case .detach: !volume.attachments.isEmpty
                case .modify, .snapshot: isThere
                case .delete: volume.state == "available" || volume.state == "error"
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
        let volume = try await visit.volume()
        let name = Shown.name(volume.node) ?? volume.id
        var form = FormView(title: "\(act.title): \(name)", button: act.title, back: volume.href)
        form.crumbs = [.init(title: "Volumes", href: Shown.place("all", "volumes")), .init(title: volume.id, href: volume.href)]
        switch act {
        case .attach:
            form.fields = [
                visit.field("instance", "Instance", .choice(try await instances(beside: volume))),
                visit.field(
                    "device",
                    "Device name",
                    from: "/dev/sdf",
                    hint: "/dev/sdf to /dev/sdp, as clients of EC2 name it.",
                    isRequired: true
                ),
            ]
            form.text = ["The instances of the volume's zone are shown, at most 200."]
        case .detach:
            form.text = ["Unmount it in the guest first: what the guest has not yet written is lost otherwise."]
            let instances = volume.attachments.compactMap { $0.text("instanceId") }.map { FormView.Option(value: $0, title: $0) }
            form.fields = [
                visit.field("instance", "Instance", .choice(instances)),
                visit.field("force", "Take it from a guest that does not give it back", .check),
            ]
        case .modify:
            form.text = ["A volume grows and does not shrink. The guest's file system has to be grown in the guest."]
            form.fields = [
                visit.field("size", "Size in GiB", .number, from: volume.node.text("size") ?? "", isRequired: true),
                visit.field("type", "Type", .choice(NewVolumePage.types), from: volume.node.text("volumeType") ?? ""),
                visit.field("iops", "IOPS", .number, hint: "Empty: those of the type."),
                visit.field("throughput", "Throughput in MiB/s", .number, hint: "For gp3 alone. Empty: that of the type."),
            ]
        case .snapshot:
            form.text = ["What stands on the volume at this moment. A guest goes on meanwhile."]
            form.fields = [visit.field("description", "Description"), visit.field("name", "Name", longest: 256)]
        case .delete:
            form.isDangerous = true
            form.text = ["Its bytes are gone for good. Snapshots of it stay."]
            form.fields = [visit.confirmation(volume.id)]
        }
        return form.view(section: "volumes", region: volume.region)
    }

    private func instances(beside volume: VolumeOnPage) async throws -> [FormView.Option] {
        let filter = [
            ("MaxResults", "200"), ("Filter.1.Name", "availability-zone"), ("Filter.1.Value.1", volume.node.text("availabilityZone") ?? ""),
            ("Filter.2.Name", "instance-state-name"), ("Filter.2.Value.1", "running"), ("Filter.2.Value.2", "stopped"),
        ]
        let region = try visit.region()
        return InstanceOnPage.all(in: try await visit.ec2("DescribeInstances", in: region, filter), region).map {
            FormView.Option(value: $0.id, title: "\($0.id) \(Shown.name($0.node) ?? "") (\($0.state))")
        }
    }

    func submit() async throws -> Reply {
        let (region, id) = (try visit.region(), visit.parameter("id"))
        let place = Shown.place(region.rawValue, "volumes", id)
        switch act {
        case .attach:
            let parameters = [("VolumeId", id), ("InstanceId", visit.field("instance")), ("Device", visit.field("device"))]
            _ = try await visit.ec2("AttachVolume", in: region, parameters)
            return .redirect(to: Shown.place(place, [("notice", "attaching")]))
        case .detach:
            let force = visit.field("force") == "on" ? [("Force", "true")] : []
            let parameters = [("VolumeId", id), ("InstanceId", visit.field("instance"))] + force
            _ = try await visit.ec2("DetachVolume", in: region, parameters)
            return .redirect(to: Shown.place(place, [("notice", "detaching")]))
        case .modify:
            let names = [("size", "Size"), ("type", "VolumeType"), ("iops", "Iops"), ("throughput", "Throughput")]
            _ = try await visit.ec2(
                "ModifyVolume",
                in: region,
                [("VolumeId", id)] + visit.parameters(names.map { (field: $0, parameter: $1) })
            )
            return .redirect(to: Shown.place(place, [("notice", "is-changed")]))
        case .snapshot:
            var parameters = [("VolumeId", id)] + visit.parameters([("description", "Description")])
            parameters += NewVolumePage.nameTag(visit, of: "snapshot")
            let made = try await visit.ec2("CreateSnapshot", in: region, parameters)
            let snapshot = Shown.place(region.rawValue, "snapshots", made.text("snapshotId") ?? "")
            return .redirect(to: Shown.place(snapshot, [("notice", "is-created")]))
        case .delete:
            try visit.confirm(id)
            _ = try await visit.ec2("DeleteVolume", in: region, [("VolumeId", id)])
            return .redirect(to: Shown.place(Shown.place(region.rawValue, "volumes"), [("notice", "is-deleted")]))
        }
    }
}
