import Domain
import Services
import Wire

/// Tells what a CopyImage with the same parameters would move, how long that takes, and what stands in its way; changes nothing. AWS has no such
/// action (docs/behaviour/copying-images.md, "Estimates").
///
/// Whoever may describe images may ask. What CopyImage itself takes of the caller is no condition, and where it is missing it is told with the
/// other obstacles: who asks what stands in the way is not to be answered by being turned away.
struct EstimateImageCopy: JSONAction {
    static let permissions = [Permission<Self>("ec2:DescribeImages"), Permission<Self>("ec2:DescribeSnapshots")]

    /// The request as CopyImage has it, so that it is read, allowed and checked as that is.
    private let query: QueryReader
    private let copy: CopyImage

    init(from json: JSONReader) throws {
        query = try QueryReader(parameters: try Self.parameters(json))
        copy = try CopyImage(from: query)
    }

    func run(in call: Call) async throws -> Answer {
        let request = try copy.imageCopy()
        let (entered, denials) = try await Authorization().denials(of: copy, in: call) { query.facts(of: CopyImage.name) }
        let estimate = try await Images(entered).estimate(request, denials: denials)
        return Answer(estimate: estimate)
    }

    private static let texts = ["SourceImageId", "SourceRegion", "Name", "Description", "KmsKeyId"]
    private static let flags = ["CopyImageTags", "Encrypted"]

    private static func parameters(_ json: JSONReader) throws -> [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = []
        func add(_ name: String, _ value: String?) { if let value { parameters.append((name, value)) } }
        for name in texts { add(name, try json[name]) }
        for name in flags { add(name, (try json[name] as Bool?).map(String.init)) }
        add("SnapshotCopyCompletionDurationMinutes", (try json["SnapshotCopyCompletionDurationMinutes"] as Int?).map(String.init))
        let specifications: [TagsOfKind] = try json["TagSpecifications"]
        for (index, specification) in specifications.enumerated() {
            let name = "TagSpecification.\(index + 1)"
            // Also what is absent: a form has no empty structures.
            add("\(name).ResourceType", specification.kind ?? "")
            for (index, tag) in specification.tags.enumerated() {
                add("\(name).Tag.\(index + 1).Key", tag.key ?? "")
                add("\(name).Tag.\(index + 1).Value", tag.value)
            }
        }
        return parameters
    }

    struct Answer: JSONEncodable {
        let estimate: ImageCopyEstimate

        func write(to json: inout JSONWriter) {
            json.member("BytesTotal", estimate.bytesTotal)
            json.member("BytesToMove", estimate.bytesToMove)
            json.member("IsUpperBound", estimate.isUpperBound)
            json.member("BytesPerSecond", estimate.rate?.bytesPerSecond)
            json.member("Seconds", estimate.seconds)
            json.list("Snapshots", estimate.disks) { json, disk in
                json.member("SnapshotId", disk.snapshot.rawValue)
                json.member("VolumeSize", disk.sizeGiB)
                json.member("BytesTotal", disk.bytesTotal)
                json.member("BytesToMove", disk.bytesToMove)
                json.member("IsUpperBound", disk.isUpperBound)
            }
            json.list("Obstacles", estimate.obstacles) { json, obstacle in
                let (code, message) = obstacle.told
                json.member("Code", code)
                json.member("Message", message)
            }
        }
    }
}

private struct TagsOfKind: JSONStructure {
    struct OneTag: JSONStructure {
        let key: String?
        let value: String?

        init(from json: JSONReader) throws(RequestError) {
            key = try json["Key"]
            value = try json["Value"]
        }
    }

    let kind: String?
    let tags: [OneTag]

    init(from json: JSONReader) throws(RequestError) {
        kind = try json["ResourceType"]
        tags = try json["Tags"]
    }
}

extension CopyObstacle {
    /// In the words of EC2, whose call it would be.
    fileprivate var told: (code: String, message: String) {
        switch self {
        case .refused(let error):
            let refusal = EC2Service.refusal(error)
            return (refusal.code, refusal.message)
        case .failing(let reason): return (reason.code, reason.message)
        }
    }
}
