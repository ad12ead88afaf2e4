import API
import Domain
import Wire

/// What becomes of an image short of its end: it is disabled, deprecated, protected, and all of that undone.
struct ImageLifePage: Page {
    static let path = "{region}/images/{id}/{act}"

    enum Act: String, CaseIterable {
        case disable, enable, deprecate, undeprecate, protect, unprotect

        var title: String {
            switch self {
            case .disable: "Disable"
            case .enable: "Enable"
            case .deprecate: "Deprecate"
            case .undeprecate: "Cancel deprecation"
            case .protect: "Protect from deregistration"
            case .unprotect: "Take the protection away"
            }
        }

        fileprivate var action: String {
            switch self {
            case .disable: "DisableImage"
            case .enable: "EnableImage"
            case .deprecate: "EnableImageDeprecation"
            case .undeprecate: "DisableImageDeprecation"
            case .protect: "EnableImageDeregistrationProtection"
            case .unprotect: "DisableImageDeregistrationProtection"
            }
        }

        fileprivate var text: String {
            switch self {
            case .disable:
                "Nobody can launch it or copy it any more, and it is shared with nobody: enabling it again does not bring the permissions back. Instances that run go on."
            case .enable: "It can be launched and copied again."
            case .deprecate: "From then on others do not find it in their lists. Who knows its id can use it, and so can this account."
            case .undeprecate: "Others find it in their lists again."
            case .protect: "It cannot be deregistered as long as it is protected."
            case .unprotect: "It can be deregistered again; where it was protected with a cooldown, a day later."
            }
        }

        /// Those that make sense for an image as it is.
        static func possible(for image: ImageOnPage) -> [Act] {
            let protection = image.node.text("deregistrationProtection") ?? "disabled"
            return allCases.filter { act in
                switch act {
                case .disable: image.state == "available"
                case .enable: image.state == "disabled"
                case .deprecate: image.state == "available"
                case .undeprecate: image.node.text("deprecationTime") != nil
                case .protect: !protection.hasPrefix("enabled") && image.state != "pending"
                case .unprotect: protection.hasPrefix("enabled")
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
        let image = try await visit.image(visit.parameter("id"))
        var fields: [FormView.Field] = []
        switch act {
        case .disable: fields = [visit.confirmation(image.word)]
        case .deprecate:
            let hint = "In UTC, within ten years. An image that is public can be deprecated two years after it was made at the latest."
            fields = [visit.field("at", "Deprecate at", .time, hint: hint, isRequired: true)]
        case .protect: fields = [visit.field("cooldown", "With a cooldown: a day passes before it can be deregistered", .check)]
        default: break
        }
        let form = FormView(
            title: "\(act.title): \(image.word)",
            crumbs: [.init(title: "Images", href: Shown.place("all", "images")), .init(title: image.id, href: image.href)],
            text: [act.text],
            fields: fields,
            button: act.title,
            isDangerous: act == .disable,
            back: image.href
        )
        return form.view(section: "images", region: image.region)
    }

    func submit() async throws -> Reply {
        let image = try await visit.image(visit.parameter("id"))
        var parameters = [("ImageId", image.id)]
        switch act {
        case .disable: try visit.confirm(image.word)
        // What browsers send has no zone, and no seconds if they are none.
        case .deprecate: parameters.append(("DeprecateAt", visit.field("at") + (visit.field("at").count == 16 ? ":00Z" : "Z")))
        case .protect: if visit.field("cooldown") == "on" { parameters.append(("WithCooldown", "true")) }
        default: break
        }
        _ = try await visit.ec2(act.action, in: try visit.region(), parameters)
        return .redirect(to: Shown.place(image.href, [("notice", "is-changed")]))
    }
}
