import API

/// Asks before an image goes, by its name.
struct DeregisterImagePage: Page {
    static let path = "{region}/images/{id}/deregister"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let image = try await visit.image(visit.parameter("id"))
        let copies = try await CopiesOfImage(of: image, visit)
        var view = View(
            title: "Deregister \(image.id)",
            template: "deregister",
            values: [
                "image": image.row(for: visit.account),
                "word": image.word,
                "entered": visit.field("word"),
                "isPending": image.state == "pending",
                "copies": copies.copies.count,
                "deletesSnapshots": visit.field("snapshots") == "on",
            ]
        )
        view.section = "images"
        view.region = image.region
        return view
    }

    func submit() async throws -> Reply {
        let image = try await visit.image(visit.parameter("id"))
        guard visit.field("word") == image.word else {
            let message = "Type \(image.word) to deregister the image. Nothing was changed."
            throw CallRefusal(status: 400, code: "NotConfirmed", message: message, requestID: visit.requestID)
        }
        let withSnapshots = visit.field("snapshots") == "on"
        let parameters = [("ImageId", image.id)] + (withSnapshots ? [("DeleteAssociatedSnapshots", "true")] : [])
        _ = try await visit.ec2("DeregisterImage", in: try visit.region(), parameters)
        let notice = withSnapshots ? "deregistered-with-snapshots" : "deregistered"
        return .redirect(to: Shown.place(Shown.place(image.region, "images"), [("notice", notice)]))
    }
}
