import Domain
import Foundation
import Services
import Wire

/// Tells how the copies of images into the Region go, or went: what of them is there, how much was moved and when. AWS has no such action
/// (docs/behaviour/copying-images.md, "How copies go").
struct DescribeImageCopies: JSONAction {
    static let permissions = [Permission<Self>("ec2:DescribeImages"), Permission<Self>("ec2:DescribeSnapshots")]

    private static let size = 100

    private let query: ImageCopiesQuery

    init(from json: JSONReader) throws {
        var query = ImageCopiesQuery()
        query.ids = try json["ImageIds"]
        query.states = try json["States"]
        let size: Int? = try json["MaxResults"]
        query.page = PageRequest(
            maxResults: size ?? (query.ids.isEmpty ? Self.size : nil),
            nextToken: try json["NextToken"],
            sizes: ImageCopiesQuery.sizes
        )
        self.query = query
    }

    func run(in call: Call) async throws -> Answer { Answer(page: try await Images(call).copies(query), now: call.now) }

    struct Answer: JSONEncodable {
        let page: Page<CopiedImage>
        let now: Date

        func write(to json: inout JSONWriter) {
            json.list("Copies", page.elements.map { ImageCopyItem(copied: $0, now: now) })
            json.member("NextToken", page.nextToken)
        }
    }
}

private struct ImageCopyItem: JSONEncodable {
    let copied: CopiedImage
    let now: Date

    func write(to json: inout JSONWriter) {
        let image = copied.image
        json.member("ImageId", image.id.rawValue)
        json.member("Name", image.name)
        json.member("State", image.state.rawValue)
        json.member("StateReason", image.stateReason.map(ReasonItem.init))
        json.member("SourceImageId", copied.source.id.rawValue)
        json.member("SourceRegion", copied.source.region.rawValue)
        json.member("CreatedAt", image.createdAt)
        json.member("StartedAt", copied.beganAt)
        json.member("EndedAt", copied.endedAt)
        json.member("BytesTotal", copied.bytesTotal)
        json.member("BytesDone", copied.bytesDone)
        json.member("BytesMoved", copied.bytesMoved)
        json.member("BytesPerSecond", copied.rate(at: now)?.bytesPerSecond)
        json.member("SecondsLeft", copied.secondsLeft(at: now))
        json.list("Snapshots", copied.disks) { write($1, to: &$0) }
    }

    private func write(_ disk: CopiedImage.Disk, to json: inout JSONWriter) {
        let copy = disk.copy
        json.member("SnapshotId", copy.snapshotID.rawValue)
        json.member("SourceSnapshotId", copy.sourceSnapshotID.rawValue)
        json.member("State", copy.state.rawValue)
        json.member("Reason", copy.reason.map(ReasonItem.init))
        json.member("CreatedAt", copy.createdAt)
        json.member("StartedAt", copy.beganAt)
        json.member("EndedAt", copy.endedAt)
        json.member("DueAt", copy.target?.dueAt)
        json.member("BytesTotal", copy.progress.bytesTotal)
        json.member("BytesDone", copy.progress.bytesDone)
        json.member("BytesMoved", disk.bytesMoved)
        json.member("BytesPerSecond", disk.rate(at: now)?.bytesPerSecond)
    }
}

private struct ReasonItem: JSONEncodable {
    let reason: StateReason

    func write(to json: inout JSONWriter) {
        json.member("Code", reason.code)
        json.member("Message", reason.message)
    }
}
