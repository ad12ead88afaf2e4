import API
import Domain
import HTTPTypes
import Hexadecimal
import Wire

/// The form that makes a volume, empty or of a snapshot.
struct NewVolumePage: Page {
    static let path = "{region}/new-volume"

    static let types = ["gp3", "gp2", "io2", "io1", "st1", "sc1", "standard"].map { FormView.Option(value: $0, title: $0) }

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let region = try visit.region()
        let zones = try await visit.ec2("DescribeAvailabilityZones", in: region).items("availabilityZoneInfo").compactMap {
            $0.text("zoneName")
        }
        var form = FormView(title: "Create a volume in \(region)", button: "Create volume", back: Shown.place(region.rawValue, "volumes"))
        form.crumbs = [.init(title: "Volumes", href: Shown.place("all", "volumes"))]
        form.once = visit.request.method == .post ? visit.field("once") : Hex.encode((0..<16).map { _ in UInt8.random(in: .min ... .max) })
        form.fields = [
            visit.field("name", "Name", longest: 256),
            visit.field("snapshot", "Snapshot", hint: "The id of the snapshot whose bytes it begins with. Empty: a volume of zeros."),
            visit.field("size", "Size in GiB", .number, hint: "Of a snapshot: at least its size, which is taken where this is empty."),
            visit.field("zone", "Availability Zone", .choice(zones.map { FormView.Option(value: $0, title: $0) })),
            visit.field("type", "Type", .choice(Self.types), from: "gp3"),
            visit.field("iops", "IOPS", .number, hint: "Empty: those of the type."),
            visit.field("throughput", "Throughput in MiB/s", .number, hint: "For gp3 alone. Empty: that of the type."),
        ]
        form.fields += EncryptionFields.fields(visit)
        return form.view(section: "volumes", region: region.rawValue)
    }

    func submit() async throws -> Reply {
        let region = try visit.region()
        var parameters = visit.parameters([
            ("snapshot", "SnapshotId"), ("size", "Size"), ("zone", "AvailabilityZone"), ("type", "VolumeType"), ("iops", "Iops"),
            ("throughput", "Throughput"),
        ])
        parameters += EncryptionFields.parameters(visit) + Self.nameTag(visit, of: "volume")
        // A form that is sent twice makes one volume.
        parameters.append(("ClientToken", "console-\(visit.field("once").prefix(40))"))
        let made = try await visit.ec2("CreateVolume", in: region, parameters)
        let volume = Shown.place(region.rawValue, "volumes", made.text("volumeId") ?? "")
        return .redirect(to: Shown.place(volume, [("notice", "is-created")]))
    }

    /// The tag `Name`, where a name was entered.
    static func nameTag(_ visit: Visit, of kind: String) -> [(String, String)] {
        let name = visit.field("name")
        guard !name.isEmpty else { return [] }
        return [
            ("TagSpecification.1.ResourceType", kind), ("TagSpecification.1.Tag.1.Key", "Name"), ("TagSpecification.1.Tag.1.Value", name),
        ]
    }
}
