import API
import Client
import Domain
import HTTPTypes
import Wire

/// The form that copies an image to other Regions, with what each copy would move and what stands in its way.
struct CopyImagePage: Page {
    static let path = "{region}/images/{id}/copy"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    /// What was entered, or what the form begins with.
    private struct Entries {
        var name: String
        var description: String
        var regions: Set<String>
        var copiesTags: Bool
        var isEncrypted: Bool
        var minutes: String
    }

    private func entries(for image: ImageOnPage) -> Entries {
        guard visit.request.method == .post else {
            // As EC2's console fills it in.
            let description = image.node.text("description").flatMap { $0.isEmpty ? nil : " \($0)" } ?? ""
            return Entries(
                name: image.name,
                description: String(
                    "[Copied \(image.id) from \(image.region)]\(description)".unicodeScalars.prefix(255).map(Character.init)
                ),
                regions: Set(visit.queries("to")),
                copiesTags: false,
                isEncrypted: false,
                minutes: ""
            )
        }
        return Entries(
            name: visit.field("name"),
            description: visit.field("description"),
            regions: Set(visit.fields("to")),
            copiesTags: visit.field("tags") == "on",
            isEncrypted: visit.field("encrypted") == "on",
            minutes: visit.field("minutes")
        )
    }

    func show() async throws -> View { try await view(estimating: visit.field("do") == "estimate") }

    private func view(estimating: Bool) async throws -> View {
        let image = try await visit.image(visit.parameter("id"))
        let entries = entries(for: image)
        var regions: [Values] = []
        for region in visit.console.regions {
            let isChosen = entries.regions.contains(region.rawValue)
            var values: Values = [
                "name": region.rawValue, "isChosen": isChosen, "isSource": region.rawValue == image.region,
                "keyField": "key-\(region)", "key": visit.field("key-\(region)"),
            ]
            if estimating, isChosen { values["estimate"] = try await estimate(image, in: region, entries).values }
            regions.append(values)
        }
        var view = View(
            title: "Copy \(image.id)",
            template: "copy",
            values: [
                "image": image.row(for: visit.account),
                "name": entries.name, "description": entries.description, "copiesTags": entries.copiesTags,
                "isEncrypted": entries.isEncrypted, "isSourceEncrypted": image.isEncrypted, "minutes": entries.minutes,
                "destinations": regions,
            ]
        )
        view.section = "images"
        view.region = image.region
        return view
    }

    func submit() async throws -> Reply {
        let image = try await visit.image(visit.parameter("id"))
        let entries = entries(for: image)
        let chosen = visit.console.regions.filter { entries.regions.contains($0.rawValue) }
        guard !chosen.isEmpty else {
            throw CallRefusal(status: 400, code: "MissingParameter", message: "Choose a destination Region.", requestID: visit.requestID)
        }
        if visit.field("do") == "estimate" { return try await visit.console.render(view(estimating: true), visit) }
        for (done, region) in chosen.enumerated() {
            do {
                _ = try await visit.ec2("CopyImage", in: region, parameters(image, in: region, entries))
            } catch var refusal as CallRefusal {
                refusal.doing = "Copying to \(region)"
                if done > 0 {
                    refusal.doing = "Copying to \(region), after \(chosen[..<done].map(\.rawValue).joined(separator: ", ")) had begun"
                }
                throw refusal
            }
        }
        return .redirect(to: Shown.place(image.href, [("notice", "copying")]) + "#copies")
    }

    private func parameters(_ image: ImageOnPage, in region: Region, _ entries: Entries) -> [(String, String)] {
        var parameters = [
            ("SourceImageId", image.id), ("SourceRegion", image.region), ("Name", entries.name), ("Description", entries.description),
        ]
        if entries.copiesTags { parameters.append(("CopyImageTags", "true")) }
        if entries.isEncrypted { parameters.append(("Encrypted", "true")) }
        let key = visit.field("key-\(region)")
        if entries.isEncrypted, !key.isEmpty { parameters.append(("KmsKeyId", key)) }
        if !entries.minutes.isEmpty { parameters.append(("SnapshotCopyCompletionDurationMinutes", entries.minutes)) }
        return parameters
    }

    // What a copy would move.

    private struct Question: Encodable {
        let sourceImageId: String
        let sourceRegion: String
        let name: String
        let copyImageTags: Bool
        let encrypted: Bool?
        let kmsKeyId: String?
        let snapshotCopyCompletionDurationMinutes: Int?
    }

    private struct Estimate: Decodable {
        struct Obstacle: Decodable {
            let code: String
            let message: String
        }

        let bytesTotal: Int64?
        let bytesToMove: Int64?
        let isUpperBound: Bool?
        let seconds: Double?
        let obstacles: [Obstacle]

        var values: Values {
            [
                "total": bytesTotal.map(ByteText.size), "toMove": bytesToMove.map(ByteText.size), "isAtMost": isUpperBound ?? false,
                "time": seconds.map(Shown.duration),
                "obstacles": obstacles.map { ["code": $0.code, "message": $0.message] as Values },
                "isFree": obstacles.isEmpty,
            ]
        }
    }

    private func estimate(_ image: ImageOnPage, in region: Region, _ entries: Entries) async throws -> Estimate {
        let key = visit.field("key-\(region)")
        guard entries.minutes.isEmpty || Int(entries.minutes) != nil else {
            let message = "The completion duration is a whole number of minutes."
            throw CallRefusal(status: 400, code: "InvalidParameterValue", message: message, requestID: visit.requestID)
        }
        let question = Question(
            sourceImageId: image.id,
            sourceRegion: image.region,
            name: entries.name,
            copyImageTags: entries.copiesTags,
            encrypted: entries.isEncrypted ? true : nil,
            kmsKeyId: entries.isEncrypted && !key.isEmpty ? key : nil,
            snapshotCopyCompletionDurationMinutes: Int(entries.minutes)
        )
        do {
            return try await visit.ferry("EstimateImageCopy", in: region, question)
        } catch var refusal as CallRefusal {
            refusal.doing = "Estimating the copy to \(region)"
            throw refusal
        }
    }
}
