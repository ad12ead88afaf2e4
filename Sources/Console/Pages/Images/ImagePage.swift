import API
import Client
import Domain
import Wire

/// One image: what it is and holds, where it comes from, and what was made of it.
struct ImagePage: Page {
    static let path = "{region}/images/{id}"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let region = try visit.region()
        let image = try await visit.image(visit.parameter("id"))
        let copies = try await CopiesOfImage(of: image, visit)
        let isOwn = image.owner == visit.account
        let own = try await ImageCopyReport.of(image.source == nil || !isOwn ? [] : [image.id], in: region, visit)
        let held = isOwn ? try await held(by: image, in: region) : [:]
        let instances = try await instances(of: image, in: region)
        var values: Values = [
            "image": image.row(for: visit.account),
            "details": details(image),
            "devices": image.devices.map { device(of: image, $0, held[$0["ebs"]?.text("snapshotId") ?? ""]) },
            "tags": Shown.tags(image.node),
            "tagsHref": isOwn ? Shown.place(image.region, "tags", image.id) : nil,
            "permissionsHref": Shown.place(image.region, "permissions", image.id),
            "lifeActs": isOwn
                ? ImageLifePage.Act.possible(for: image).map {
                    ["title": $0.title, "href": Shown.place(image.region, "images", image.id, $0.rawValue)] as Values
                } : [],
            "history": history(of: image, own[image.id]),
            "isOwn": isOwn,
            "isMade": own[image.id]?.values,
            "copies": copies.rows(for: visit.account),
            "hasCopies": !copies.copies.isEmpty,
            "instances": instances,
            "hasInstances": !instances.isEmpty,
            "deregister": Shown.place(image.region, "images", image.id, "deregister"),
            "commands": commands(image),
            "reason": image.node["stateReason"].map { ["code": $0.text("code"), "message": $0.text("message")] as Values },
        ]
        values["hasTags"] = !image.node.items("tagSet").isEmpty
        values["isPending"] = image.state == "pending"
        if isOwn {
            let permissions = try await permissions(of: image, in: region)
            values["permissions"] = permissions
            values["isShared"] = !permissions.isEmpty
        }
        var view = View(title: image.name.isEmpty ? image.id : image.name, template: "image", values: values)
        view.live = ["image-state", "image-copies"]
        view.isMoving = image.state == "pending" || copies.isMoving
        view.section = "images"
        view.region = image.region
        return view
    }

    private func details(_ image: ImageOnPage) -> [Values] {
        let node = image.node
        let rows: [(String, String?)] = [
            ("AMI ID", image.id), ("AMI name", image.name), ("Description", node.text("description")), ("Owner account ID", image.owner),
            ("Visibility", image.isPublic ? "Public" : "Private"), ("Architecture", node.text("architecture")),
            ("Root device type", node.text("rootDeviceType")), ("Root device name", node.text("rootDeviceName")),
            ("Virtualization type", node.text("virtualizationType")), ("Boot mode", node.text("bootMode")),
            ("Platform details", node.text("platformDetails")), ("Image location", node.text("imageLocation")),
            ("ENA", node.text("enaSupport")), ("TPM", node.text("tpmSupport")), ("IMDS", node.text("imdsSupport")),
            ("Deregistration protection", node.text("deregistrationProtection")),
            ("Source AMI ID", node.text("sourceImageId")), ("Source AMI Region", node.text("sourceImageRegion")),
            ("Source instance ID", node.text("sourceInstanceId")),
        ]
        var details = rows.compactMap { name, value -> Values? in
            guard let value, !value.isEmpty else { return nil }
            return ["name": name, "value": value, "isID": name.hasSuffix("ID")]
        }
        for (name, member) in [("Created", "creationDate"), ("Deprecation time", "deprecationTime"), ("Last launched", "lastLaunchedTime")]
        {
            if let time = Shown.time(node.text(member)) { details.append(["name": name, "time": time]) }
        }
        return details
    }

    /// What each snapshot holds but zeros, in bytes.
    private func held(by image: ImageOnPage, in region: Region) async throws -> [String: Int64] {
        let ids = Set(image.devices.compactMap { $0["ebs"]?.text("snapshotId") }).sorted()
        guard !ids.isEmpty else { return [:] }
        do {
            // By a filter, which leaves out those that are gone.
            let filter = ids.enumerated().map { ("Filter.1.Value.\($0 + 1)", $1) }
            let found = try await visit.ec2(
                "DescribeSnapshots",
                in: region,
                [("Owner.1", "self"), ("Filter.1.Name", "snapshot-id")] + filter
            )
            let sizes = found.items("snapshotSet").compactMap { node -> (String, Int64)? in
                guard let id = node.text("snapshotId"), let bytes = node.text("fullSnapshotSizeInBytes").flatMap({ Int64($0) }) else {
                    return nil
                }
                return (id, bytes)
            }
            return Dictionary(sizes) { first, _ in first }
        } catch let refusal as CallRefusal where refusal.status == 403 {
            return [:]
        }
    }

    /// What is known of what became of it, in its order.
    private func history(of image: ImageOnPage, _ copy: ImageCopyReport?) -> [Values] {
        func entry(_ time: Values?, _ text: String, _ state: String? = nil) -> [(String, Values)] {
            guard let time, let iso = time["iso"] as? String else { return [] }
            return [(iso, ["time": time, "text": text, "state": state.map(Shown.state)])]
        }
        let node = image.node
        var entries = entry(
            Shown.time(image.createdAt),
            image.source.map { "Asked for, as a copy of \($0.id) in \($0.region)" } ?? "Created"
        )
        if let copy {
            entries += entry(Shown.time(seconds: copy.startedAt), "The copy began", "pending")
            let end =
                copy.stateReason.map { "The copy ended: \($0.message)" } ?? "The copy was complete\(copy.moved.map { ", \($0)" } ?? "")"
            entries += entry(Shown.time(seconds: copy.endedAt), end, copy.state)
        }
        entries += entry(Shown.time(node.text("lastLaunchedTime")), "Last launched")
        entries += entry(Shown.time(node.text("deprecationTime")), image.isDeprecated ? "Deprecated" : "To be deprecated")
        return entries.sorted { $0.0 < $1.0 }.map(\.1) + [["time": nil, "text": "Now", "state": Shown.state(image.state)]]
    }

    private func device(of image: ImageOnPage, _ node: XMLNode, _ bytes: Int64?) -> Values {
        let ebs = node["ebs"]
        return [
            "name": node.text("deviceName"), "virtual": node.text("virtualName"),
            "snapshot": ebs?.text("snapshotId"),
            "href": ebs?.text("snapshotId").map { Shown.place(image.region, "snapshots", $0) },
            "download": ebs?.text("snapshotId").map { Shown.place(image.region, "snapshots", $0, "raw") },
            "held": bytes.map(ByteText.size),
            "size": ebs?.text("volumeSize").map { "\($0) GiB" }, "type": ebs?.text("volumeType"),
            "encrypted": ebs?.text("encrypted") == "true" ? "Encrypted" : "Not encrypted",
            "deletes": ebs?.text("deleteOnTermination") == "true" ? "Yes" : "No",
        ]
    }

    private func instances(of image: ImageOnPage, in region: Region) async throws -> [Values] {
        do {
            let filters = [("Filter.1.Name", "image-id"), ("Filter.1.Value.1", image.id), ("MaxResults", "100")]
            return InstanceOnPage.all(in: try await visit.ec2("DescribeInstances", in: region, filters), region).map(\.row)
        } catch let refusal as CallRefusal where refusal.status == 403 {
            return []
        }
    }

    private func permissions(of image: ImageOnPage, in region: Region) async throws -> [Values] {
        do {
            let found = try await visit.ec2(
                "DescribeImageAttribute",
                in: region,
                [("ImageId", image.id), ("Attribute", "launchPermission")]
            )
            return found.items("launchPermission").compactMap { item in
                let who = item.text("userId") ?? item.text("group") ?? item.text("organizationArn") ?? item.text("organizationalUnitArn")
                return who.map { ["who": $0 == "all" ? "Everybody" : $0] }
            }
        } catch let refusal as CallRefusal where refusal.status == 403 || refusal.code.hasPrefix("InvalidAMI") {
            return []
        }
    }

    /// The commands that do with other tools what the buttons do.
    private func commands(_ image: ImageOnPage) -> [Values] {
        let name = image.name.isEmpty ? "copy" : image.name
        let target = visit.console.regions.map(\.rawValue).first { $0 != image.region } ?? image.region
        return [
            ["title": "ferry", "text": "ferry copy \(image.id) --region \(image.region) --to \(target)"],
            [
                "title": "AWS CLI",
                "text":
                    "aws ec2 copy-image --source-region \(image.region) --source-image-id \(image.id) --region \(target) --name \(ShellQuoting.quote(name))",
            ],
            [
                "title": "Terraform",
                "text": """
                resource "aws_ami_copy" "copy" {
                  name              = \(Self.quotedForTerraform(name))
                  source_ami_id     = "\(image.id)"
                  source_ami_region = "\(image.region)"
                }
                """,
            ],
            [
                "title": "boto3",
                "text": """
                ec2 = boto3.client("ec2", region_name="\(target)")
                ec2.copy_image(SourceRegion="\(image.region)", SourceImageId="\(image.id)", Name=\(Self.quotedForPython(name)))
                """,
            ],
        ]
    }

    private static func quotedForPython(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    private static func quotedForTerraform(_ text: String) -> String {
        quotedForPython(text).replacing("${", with: "$${").replacing("%{", with: "%%{")
    }
}
