import API
import Foundation
import Wire

/// One instance: its state, its console, and the buttons that start and stop it.
struct InstancePage: Page {
    static let path = "{region}/instances/{id}"

    /// What a button does: an action of EC2, in which states, and what is said then.
    private enum Act: String, CaseIterable {
        case start, stop, reboot, terminate

        var action: String {
            switch self {
            case .start: "StartInstances"
            case .stop: "StopInstances"
            case .reboot: "RebootInstances"
            case .terminate: "TerminateInstances"
            }
        }

        var notice: String {
            switch self {
            case .start: "starting"
            case .stop: "stopping"
            case .reboot: "rebooting"
            case .terminate: "terminating"
            }
        }

        func isPossible(in state: String) -> Bool {
            switch self {
            case .start: state == "stopped"
            case .stop, .reboot: state == "running"
            case .terminate: !["shutting-down", "terminated"].contains(state)
            }
        }
    }

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    private func instance() async throws -> InstanceOnPage {
        let region = try visit.region()
        let found = try await visit.ec2("DescribeInstances", in: region, [("InstanceId.1", visit.parameter("id"))])
        guard let instance = InstanceOnPage.all(in: found, region).first else { throw PageFault.notFound }
        return instance
    }

    func show() async throws -> View {
        let instance = try await instance()
        var view = View(
            title: Shown.name(instance.node) ?? instance.id,
            template: "instance",
            values: [
                "instance": instance.row,
                "acts": Act.allCases.filter { $0 != .terminate && $0.isPossible(in: instance.state) }.map {
                    ["value": $0.rawValue, "title": $0.rawValue.capitalized] as Values
                },
                "isTerminable": Act.terminate.isPossible(in: instance.state),
                "isStarted": instance.state == "running",
                "console": await console(of: instance),
                "reason": instance.node["stateReason"].map { ["code": $0.text("code"), "message": $0.text("message")] as Values },
                "volumes": instance.node.items("blockDeviceMapping").map {
                    let id = $0["ebs"]?.text("volumeId")
                    let href = id.map { Shown.place(instance.region, "volumes", $0) }
                    return ["name": $0.text("deviceName"), "id": id, "href": href] as Values
                },
                "groups": instance.node.items("groupSet").map { ["id": $0.text("groupId"), "name": $0.text("groupName")] as Values },
                "key": instance.node.text("keyName"),
                "tags": Shown.tags(instance.node), "hasTags": !instance.node.items("tagSet").isEmpty,
                "tagsHref": Shown.place(instance.region, "tags", instance.id),
                "imaging": ["running", "stopped"].contains(instance.state)
                    ? Shown.place(instance.region, "instances", instance.id, "image") : nil,
                "command": "ferry ssh \(instance.id) --region \(instance.region)",
            ]
        )
        view.live = ["instance-state", "instance-console"]
        // A guest that runs may write to its console at any time.
        view.isMoving = instance.isMoving || instance.state == "running"
        view.section = "instances"
        view.region = instance.region
        return view
    }

    /// The end of what the guest has written; nil where nothing is there or may be seen.
    private func console(of instance: InstanceOnPage) async -> String? {
        guard let region = try? visit.region(),
            let found = try? await visit.ec2("GetConsoleOutput", in: region, [("InstanceId", instance.id), ("Latest", "true")]),
            let text = found.text("output"), let bytes = Data(base64Encoded: text, options: .ignoreUnknownCharacters)
        else { return nil }
        return ConsoleText.plain(String(decoding: bytes, as: UTF8.self))
    }

    func submit() async throws -> Reply {
        let instance = try await instance()
        guard let act = Act(rawValue: visit.field("do")) else {
            throw CallRefusal(
                status: 400,
                code: "MissingParameter",
                message: "Say what to do with the instance.",
                requestID: visit.requestID
            )
        }
        if act == .terminate, visit.field("word") != instance.id {
            let message = "Type \(instance.id) to terminate the instance. Nothing was changed."
            throw CallRefusal(status: 400, code: "NotConfirmed", message: message, requestID: visit.requestID)
        }
        _ = try await visit.ec2(act.action, in: try visit.region(), [("InstanceId.1", instance.id)])
        return .redirect(to: Shown.place(instance.href, [("notice", act.notice)]))
    }
}

/// What a guest writes to its console, without what only a terminal understands.
package enum ConsoleText {
    package static func plain(_ text: String) -> String {
        var plain = String.UnicodeScalarView()
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            switch scalar.value {
            case 0x1B:
                // A sequence ends with its first letter, if it is one that has parameters.
                guard let next = scalars.next(), next == "[" else { continue }
                while let part = scalars.next(), !(0x40...0x7E).contains(part.value) {}
            case 0x09, 0x0A: plain.append(scalar)
            case 0..<0x20, 0x7F: continue
            default: plain.append(scalar)
            }
        }
        return String(plain)
    }
}
