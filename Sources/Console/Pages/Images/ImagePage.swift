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
        let own = try await ImageCopyReport.of(image.source == nil || image.owner != visit.account ? [] : [image.id], in: region, visit)
        let instances = try await instances(of: image, in: region)
        var values: Values = [
            "image": image.row(for: visit.account),
            "details": details(image),
            "devices": image.devices.map { device(of: image, $0) },
            "tags": Shown.tags(image.node),
            "isOwn": image.owner == visit.account,
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
        if image.owner == visit.account {
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

    private func device(of image: ImageOnPage, _ node: XMLNode) -> Values {
        let ebs = node["ebs"]
        return [
            "name": node.text("deviceName"), "virtual": node.text("virtualName"),
            "snapshot": ebs?.text("snapshotId"),
            "href": ebs?.text("snapshotId").map { Shown.place(Shown.place(image.region, "snapshots"), [("search", $0)]) },
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
