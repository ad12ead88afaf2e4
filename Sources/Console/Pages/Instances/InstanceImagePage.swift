import API
import Domain
import Wire

/// The form that makes an image of an instance.
struct InstanceImagePage: Page {
    static let path = "{region}/instances/{id}/image"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    /// The devices of the instance, which can be left out of the image.
    private func devices(of resource: Resource) -> [(device: String, volume: String)] {
        resource.node.items("blockDeviceMapping").map { ($0.text("deviceName") ?? "", $0["ebs"]?.text("volumeId") ?? "") }
    }

    func show() async throws -> View {
        let resource = try await instance()
        var form = FormView(title: "Create an image of \(resource.name)", button: "Create image", back: resource.href)
        form.crumbs = resource.crumbs
        form.text = [
            "Of all its volumes at one moment. Unless it may run on, the guest is shut down for it and comes back: what it has in memory is on its disks then."
        ]
        form.fields = [
            visit.field("name", "Image name", isRequired: true, longest: 128), visit.field("description", "Image description"),
            visit.field("no-reboot", "Let the guest run on", .check),
        ]
        let root = resource.node.text("rootDeviceName")
        for (index, device) in devices(of: resource).enumerated() where device.device != root {
            form.fields.append(visit.field("leave-\(index)", "Leave out \(device.device), \(device.volume)", .check))
        }
        return form.view(section: "instances", region: resource.region.rawValue)
    }

    private func instance() async throws -> Resource {
        let resource = try await visit.resource()
        guard resource.kind == .instance else { throw PageFault.notFound }
        return resource
    }

    func submit() async throws -> Reply {
        let resource = try await instance()
        var parameters = [("InstanceId", resource.id)] + visit.parameters([("name", "Name"), ("description", "Description")])
        if visit.field("no-reboot") == "on" { parameters.append(("NoReboot", "true")) }
        var left = 0
        for (index, device) in devices(of: resource).enumerated() where visit.field("leave-\(index)") == "on" {
            left += 1
            parameters += [("BlockDeviceMapping.\(left).DeviceName", device.device), ("BlockDeviceMapping.\(left).NoDevice", "")]
        }
        let made = try await visit.ec2("CreateImage", in: resource.region, parameters)
        let image = Shown.place(resource.region.rawValue, "images", made.text("imageId") ?? "")
        return .redirect(to: Shown.place(image, [("notice", "imaging")]))
    }
}
