import API
import Client
import Domain
import HTTPTypes
import Services
import Wire

/// Does one thing with several images that were checked in a list. Each is a call of its own: what is refused for one does not keep the others.
struct SelectedImagesPage: Page {
    static let path = "selected-images"

    /// So many calls a form makes at most.
    private static let most = 50

    private enum Act: String {
        case copy, share, deregister
    }

    private let visit: Visit
    private let act: Act
    private let choices: [String]

    init(_ visit: Visit) throws {
        self.visit = visit
        guard let act = Act(rawValue: visit.entered("do")) else { throw PageFault.notFound }
        self.act = act
        choices = visit.allEntered("image").reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        guard choices.count <= Self.most else {
            throw PageFault(
                status: 400,
                code: "TooManyImages",
                message: "At most \(Self.most) images can be chosen at once, and \(choices.count) were. Nothing was changed."
            )
        }
    }

    /// How a form names an image.
    static func choice(of image: ImageOnPage) -> String { "\(image.region)/\(image.id)" }

    private func images() async throws -> [ImageOnPage] {
        var images: [ImageOnPage] = []
        for choice in choices {
            let parts = choice.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let region = Region(rawValue: String(parts[0])), visit.console.regions.contains(region) else {
                throw PageFault.notFound
            }
            images.append(try await visit.image(String(parts[1]), in: region))
        }
        return images
    }

    /// What has to be typed before several go.
    private var word: String { "deregister \(choices.count)" }

    func show() async throws -> View {
        let images = try await images()
        guard !images.isEmpty else {
            throw PageFault(status: 400, code: "NothingChosen", message: "Check the images in the list first.")
        }
        let all = Shown.place("all", "images")
        let regions = visit.console.regions.map { FormView.Option(value: $0.rawValue, title: $0.rawValue) }
        let count = "\(images.count) image\(images.count == 1 ? "" : "s")"
        var form: FormView
        switch act {
        case .copy:
            form = FormView(title: "Copy \(count)", button: "Copy", back: all)
            form.text = ["Each keeps its name and its description, and is encrypted as its source is."]
            form.fields = [
                visit.field("to", "Destination Region", .choice(regions), from: regions.first?.value ?? ""),
                visit.field("tags", "Copy tags", .check),
            ]
        case .share:
            form = FormView(title: "Share \(count)", button: "Share", back: all)
            form.fields = PermissionsPage.fields(visit, withSnapshots: true)
        case .deregister:
            form = FormView(title: "Deregister \(count)?", button: "Deregister", isDangerous: true, back: all)
            form.text = ["No instance can be launched from them any more. Instances that run go on, and copies in other Regions stay."]
            form.fields = [visit.field("snapshots", "Delete their snapshots too", .check), visit.confirmation(word)]
        }
        form.crumbs = [.init(title: "Images", href: all)]
        form.list = images.map { "\($0.name) \($0.id) \($0.region)" }
        form.hidden = [("do", act.rawValue)] + choices.map { ("image", $0) }
        var view = form.view(section: "images", region: nil)
        view.title = form.title
        return view
    }

    func submit() async throws -> Reply {
        if act == .deregister { try visit.confirm(word) }
        let partner = act == .share ? try PermissionsPage.partner(visit) : nil
        var refusals: [CallRefusal] = []
        var done: [ImageOnPage] = []
        for image in try await images() {
            do {
                try await obey(image, with: partner)
                done.append(image)
            } catch var refusal as CallRefusal {
                refusal.doing = "\(image.word), \(image.id) in \(image.region)"
                refusals.append(refusal)
            }
        }
        guard !refusals.isEmpty else {
            let notice =
                switch act {
                case .copy: "copying-several"
                case .share: "shared"
                case .deregister: "deregistered-several"
                }
            return .redirect(to: Shown.place(Shown.place("all", "images"), [("notice", notice)]))
        }
        var view = View(
            title: "Not all of it was done",
            template: "selected",
            values: [
                "done": done.map { $0.row(for: visit.account) }, "hasDone": !done.isEmpty, "total": choices.count, "count": done.count,
            ]
        )
        view.refusals = refusals
        view.status = refusals[0].status
        view.section = "images"
        return try await visit.console.render(view, visit)
    }

    private func obey(_ image: ImageOnPage, with partner: SharingPartner?) async throws {
        guard let region = Region(rawValue: image.region) else { throw PageFault.notFound }
        switch act {
        case .copy:
            guard let target = Region(rawValue: visit.field("to")), visit.console.regions.contains(target) else {
                throw visit.refusal("MissingParameter", "Choose a destination Region.")
            }
            var parameters = [
                ("SourceImageId", image.id), ("SourceRegion", image.region), ("Name", image.name),
                ("Description", image.node.text("description") ?? ""),
            ]
            if visit.field("tags") == "on" { parameters.append(("CopyImageTags", "true")) }
            _ = try await visit.ec2("CopyImage", in: target, parameters)
        case .share:
            guard let partner else { return }
            try await PermissionsPage.share(image, with: partner, withSnapshots: visit.field("snapshots") == "on", visit)
        case .deregister:
            let snapshots = visit.field("snapshots") == "on" ? [("DeleteAssociatedSnapshots", "true")] : []
            _ = try await visit.ec2("DeregisterImage", in: region, [("ImageId", image.id)] + snapshots)
        }
    }
}
