import API
import Domain
import Foundation
import HTTPTypes
import Hexadecimal
import Wire

/// The form that launches an instance from an image, in the image's Region.
struct LaunchPage: Page {
    static let path = "{region}/images/{id}/launch"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let region = try visit.region()
        let image = try await visit.image(visit.parameter("id"))
        let isSent = visit.request.method == .post
        let keys = try await visit.ec2("DescribeKeyPairs", in: region).items("keySet").compactMap { $0.text("keyName") }
        let groups = try await visit.ec2("DescribeSecurityGroups", in: region).items("securityGroupInfo")
        let type = isSent ? visit.field("type") : "t3.micro"
        var view = View(
            title: "Launch \(image.id)",
            template: "launch",
            values: [
                "image": image.row(for: visit.account),
                "once": isSent ? visit.field("once") : Hex.encode((0..<16).map { _ in UInt8.random(in: .min ... .max) }),
                "name": visit.field("name"), "type": type, "userData": visit.field("user-data"),
                "keys": keys.map { ["name": $0, "isChosen": $0 == visit.field("key")] as Values },
                "groups": groups.map {
                    let id = $0.text("groupId") ?? ""
                    let isChosen = isSent ? visit.fields("group").contains(id) : $0.text("groupName") == "default"
                    return ["id": id, "name": $0.text("groupName"), "isChosen": isChosen] as Values
                },
            ]
        )
        view.section = "images"
        view.region = image.region
        return view
    }

    func submit() async throws -> Reply {
        let region = try visit.region()
        var parameters = [
            ("ImageId", visit.parameter("id")), ("MinCount", "1"), ("MaxCount", "1"), ("InstanceType", visit.field("type")),
            // A form that is sent twice launches one instance.
            ("ClientToken", "console-\(visit.field("once").prefix(40))"),
        ]
        if !visit.field("key").isEmpty { parameters.append(("KeyName", visit.field("key"))) }
        for (index, group) in visit.fields("group").enumerated() { parameters.append(("SecurityGroupId.\(index + 1)", group)) }
        if !visit.field("name").isEmpty {
            parameters += [
                ("TagSpecification.1.ResourceType", "instance"), ("TagSpecification.1.Tag.1.Key", "Name"),
                ("TagSpecification.1.Tag.1.Value", visit.field("name")),
            ]
        }
        let userData = visit.field("user-data")
        if !userData.isEmpty { parameters.append(("UserData", Data(userData.replacing("\r\n", with: "\n").utf8).base64EncodedString())) }
        let launched = try await visit.ec2("RunInstances", in: region, parameters)
        guard let id = launched.items("instancesSet").first?.text("instanceId") else { throw PageFault.notFound }
        return .redirect(to: Shown.place(Shown.place(region.rawValue, "instances", id), [("notice", "launched")]))
    }
}
