import API
import Client
import Domain
import Wire

/// What `Ferry.DescribeImageCopies` tells of an image that was copied, or is being.
struct ImageCopyReport: Decodable, Sendable {
    struct Reason: Decodable, Sendable {
        let code: String
        let message: String
    }

    let imageId: String
    let state: String
    let stateReason: Reason?
    let bytesTotal: Int64
    let bytesDone: Int64
    let bytesMoved: Int64?
    let startedAt: Double?
    let endedAt: Double?
    let bytesPerSecond: Double?
    let secondsLeft: Double?

    /// Between none and all.
    var part: Double { bytesTotal > 0 ? min(1, Double(bytesDone) / Double(bytesTotal)) : (state == "pending" ? 0 : 1) }

    /// What moved and in which time: `16 MiB in 9 s`; nil where that is not known.
    var moved: String? {
        guard state == "available", let bytes = bytesMoved else { return nil }
        guard let begun = startedAt, let ended = endedAt, ended >= begun else { return ByteText.size(bytes) }
        return "\(ByteText.size(bytes)) in \(Shown.duration(ended - begun))"
    }

    var values: Values {
        [
            "percent": Int(part * 100), "done": ByteText.size(bytesDone), "total": ByteText.size(bytesTotal),
            "moved": moved, "movedSoFar": bytesMoved.map(ByteText.size),
            "rate": bytesPerSecond.map(ByteText.rate),
            "left": secondsLeft.map(Shown.duration),
            "isPending": state == "pending",
            "reason": stateReason.map { ["code": $0.code, "message": $0.message] as Values },
        ]
    }

    private struct Query: Encodable {
        let imageIds: [String]
    }

    private struct List: Decodable {
        let copies: [ImageCopyReport]
    }

    /// Of images of a Region, by their ids; those that were not copied are left out.
    static func of(_ ids: [String], in region: Region, _ visit: Visit) async throws -> [String: ImageCopyReport] {
        guard !ids.isEmpty else { return [:] }
        let found: List = try await visit.ferry("DescribeImageCopies", in: region, Query(imageIds: Array(ids.prefix(1000))))
        return Dictionary(found.copies.map { ($0.imageId, $0) }) { first, _ in first }
    }
}

/// The copies of an image, in all Regions.
struct CopiesOfImage: Sendable {
    private static let perRegionMax = 100

    let copies: [(image: ImageOnPage, report: ImageCopyReport?)]

    init(of image: ImageOnPage, _ visit: Visit) async throws {
        var copies: [(ImageOnPage, ImageCopyReport?)] = []
        for region in visit.console.regions {
            let found = try await visit.ec2(
                "DescribeImages",
                in: region,
                [
                    ("Owner.1", "self"), ("IncludeDisabled", "true"), ("MaxResults", "\(Self.perRegionMax)"),
                    ("Filter.1.Name", "source-image-id"), ("Filter.1.Value.1", image.id),
                    ("Filter.2.Name", "source-image-region"), ("Filter.2.Value.1", image.region),
                ]
            )
            let images = found.items("imagesSet").map { ImageOnPage(node: $0, region: region.rawValue) }
            let reports = try await ImageCopyReport.of(images.map(\.id), in: region, visit)
            copies += images.map { ($0, reports[$0.id]) }
        }
        self.copies = copies.sorted { ($0.0.region, $0.0.createdAt, $0.0.id) < ($1.0.region, $1.0.createdAt, $1.0.id) }
    }

    var isMoving: Bool { copies.contains { $0.image.state == "pending" } }

    func rows(for account: String) -> [Values] {
        copies.map { image, report in
            var row = image.row(for: account)
            row["report"] = report?.values
            row["reason"] = image.node["stateReason"].map { ["code": $0.text("code"), "message": $0.text("message")] as Values }
            row["cancel"] = image.state == "pending" ? Shown.place(image.region, "images", image.id, "deregister") : nil
            return row
        }
    }
}
