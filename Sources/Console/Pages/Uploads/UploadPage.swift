import API
import Crypto
import Domain
import Foundation
import HTTPTypes
import Hexadecimal
import NIOCore
import Wire

/// The page that puts a disk from the browser into an image; and for its script, the beginning of an upload.
///
/// An upload is a pending snapshot of EBS direct. What is begun again with the same file and the same choices is the same snapshot, by its client
/// token, so that it goes on where it was.
struct UploadPage: Page {
    static let path = "{region}/upload"

    /// As long as EBS direct allows an upload to wait for its next block.
    private static let timeoutMinutes = 4320
    /// How often the same file can be uploaded before its token is made up.
    private static let attemptsMax = 8

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let region = try visit.region()
        var view = View(
            title: "Upload a disk to \(region)",
            template: "upload",
            values: [
                "fields": (ImageFields.fields(visit) + EncryptionFields.fields(visit)).map(\.values),
                "others": visit.console.regions.filter { $0 != region }.map {
                    ["name": $0.rawValue, "href": Shown.place($0.rawValue, "upload")] as Values
                },
                "place": Shown.place(region.rawValue, "uploads"), "begin": Shown.place(region.rawValue, "upload"),
                "command": "ferry push disk.qcow2 --name web --region \(region)", "sizeMax": Snapshot.sizeGiBMax,
            ]
        )
        view.section = "images"
        view.region = region.rawValue
        return view
    }

    private struct Started: Encodable {
        let snapshot: String
    }

    private struct Start: Encodable {
        let volumeSize: Int
        let description: String
        let timeout: Int
        let clientToken: String
        let encrypted: Bool?
        let kmsKeyArn: String?
    }

    private struct StartAnswer: Decodable {
        let snapshotId: String
        let status: String
    }

    func submit() async throws -> Reply {
        try await visit.tellingScript {
            let region = try visit.region()
            guard let bytes = Int64(visit.field("bytes")), bytes > 0 else {
                throw visit.refusal("InvalidParameterValue", "The disk is empty.")
            }
            let size = (bytes - 1) / (1 << 30) + 1
            guard size <= Snapshot.sizeGiBMax else {
                throw visit.refusal("InvalidParameterValue", "A disk has at most \(Snapshot.sizeGiBMax) GiB, and this has \(size).")
            }
            try await checkName(in: region)
            let isEncrypted = visit.field("encrypted") == "on"
            for attempt in 0...Self.attemptsMax {
                let start = Start(
                    volumeSize: Int(size),
                    description: String(visit.field("description").unicodeScalars.prefix(255).map(Character.init)),
                    timeout: Self.timeoutMinutes,
                    clientToken: attempt == Self.attemptsMax ? "console-\(UUID().uuidString)" : token(attempt),
                    encrypted: isEncrypted ? true : nil,
                    kmsKeyArn: isEncrypted && !visit.field("key").isEmpty ? visit.field("key") : nil
                )
                do {
                    let body = ByteBuffer(bytes: try JSONText.encode(start))
                    let answer = try await visit.ebs(
                        .post,
                        "/snapshots",
                        in: region,
                        headers: [.contentType: "application/json"],
                        body: body
                    )
                    let started = try JSONText.decode(answer.body, as: StartAnswer.self)
                    // One that is complete, or came to nothing, takes no more blocks.
                    if started.status == "pending" { return try .json(Started(snapshot: started.snapshotId)) }
                } catch let refusal as CallRefusal where refusal.status == 404 {
                    // It was deleted: another is begun.
                    continue
                }
            }
            throw visit.refusal("IncorrectState", "The upload could not be begun. Try again.")
        }
    }

    /// The same for the same file and the same choices of the same person's account.
    private func token(_ attempt: Int) -> String {
        let names = ["file", "bytes", "modified", "description", "encrypted", "key"]
        let texts = names.map { visit.field($0) }.map { "\($0.utf8.count):\($0)" }
        return "console-\(Hex.encode(SHA256.hash(data: Data(texts.joined().utf8))))-\(attempt)"
    }

    /// Told before the bytes have come, and not after.
    private func checkName(in region: Region) async throws {
        let name = visit.field("name")
        guard (3...128).contains(name.unicodeScalars.count) else {
            throw visit.refusal("InvalidAMIName.Malformed", "AMI names must be between 3 and 128 characters long.")
        }
        // `*`, `?` and `\` mean something in a filter.
        let pattern = name.map { "*?\\".contains($0) ? "\\\($0)" : "\($0)" }.joined()
        let filter = [("Owner.1", "self"), ("IncludeDisabled", "true"), ("Filter.1.Name", "name"), ("Filter.1.Value.1", pattern)]
        if let taken = try await visit.ec2("DescribeImages", in: region, filter).items("imagesSet").first {
            throw visit.refusal("InvalidAMIName.Duplicate", "AMI name \(name) is already in use by AMI \(taken.text("imageId") ?? "")")
        }
    }
}

/// The blocks that an upload has taken so far, for its script.
struct UploadedBlocksPage: Page {
    static let path = "{region}/uploads/{id}/blocks"

    private struct Question: Encodable {
        let snapshotId: String
        let startingBlockIndex: Int64
    }

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View { throw PageFault.notFound }

    func answer() async throws -> Reply? {
        try await visit.tellingScript {
            let question = Question(snapshotId: visit.parameter("id"), startingBlockIndex: Int64(visit.query("from")) ?? 0)
            let call = SignedInCalls.Request.json("ferry", target: "Ferry.ListUploadedBlocks", try JSONText.encode(question))
            let answer = try await visit.answer(call, in: try visit.region())
            if answer.isRefusal { throw CallRefusal(json: answer.body, status: answer.status, requestID: answer.requestID) }
            return Reply(
                status: .ok,
                headers: [.contentType: "application/json", .cacheControl: "no-store"],
                body: ByteBuffer(bytes: answer.body)
            )
        }
    }
}

/// Takes a block of an upload.
struct UploadBlockPage: Page {
    static let path = "{region}/uploads/{id}/blocks/{index}"
    static let formBytesMax: Int? = nil

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View { throw PageFault.notFound }

    private struct Done: Encodable {
        let checksum: String
    }

    func submit() async throws -> Reply {
        try await visit.tellingScript {
            let region = try visit.region()
            let target =
                "/snapshots/\(PercentEncoding.encode(visit.parameter("id")))/blocks/\(PercentEncoding.encode(visit.parameter("index")))"
            let told = visit.request.headers[Self.checksum]
            return try await visit.withBody(bytesMax: Int(Snapshot.blockBytes)) { block in
                // A browser that cannot hash, since it has not come by HTTPS, leaves it to the server.
                let hash = told ?? Data(SHA256.hash(data: block.readableBytesView)).base64EncodedString()
                var headers: HTTPFields = [Self.checksum: hash]
                headers[Self.algorithm] = "SHA256"
                headers[Self.length] = String(block.readableBytes)
                _ = try await visit.ebs(.put, target, in: region, headers: headers, body: block)
                return try .json(Done(checksum: hash))
            }
        }
    }

    static let checksum = named("x-amz-Checksum")
    static let algorithm = named("x-amz-Checksum-Algorithm")
    static let length = named("x-amz-Data-Length")
    static let count = named("x-amz-ChangedBlocksCount")

    private static func named(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        return field
    }
}

/// Ends an upload: the snapshot is completed, and when it is, an image is made of it. The script asks until it is.
struct CompleteUploadPage: Page {
    static let path = "{region}/uploads/{id}/completion"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View { throw PageFault.notFound }

    private struct State: Encodable {
        let state: String
        let image: String?
        let snapshot: String
    }

    private struct Answer: Decodable {
        let status: String
    }

    func submit() async throws -> Reply {
        try await visit.tellingScript {
            let (region, id) = (try visit.region(), visit.parameter("id"))
            let snapshot = Shown.place(region.rawValue, "snapshots", id)
            let headers: HTTPFields = [UploadBlockPage.count: visit.field("blocks")]
            let answer = try await visit.ebs(.post, "/snapshots/completion/\(PercentEncoding.encode(id))", in: region, headers: headers)
            let status = try JSONText.decode(answer.body, as: Answer.self).status
            guard status == "completed" else { return try .json(State(state: status, image: nil, snapshot: snapshot)) }
            let image = try await image(of: id, in: region)
            return try .json(State(state: status, image: Shown.place(region.rawValue, "images", image), snapshot: snapshot))
        }
    }

    private func image(of snapshot: String, in region: Region) async throws -> String {
        do {
            let made = try await visit.ec2("RegisterImage", in: region, ImageFields.parameters(visit, snapshot: snapshot))
            return made.text("imageId") ?? ""
        } catch let refusal as CallRefusal where refusal.code == "InvalidAMIName.Duplicate" {
            // The answer may have been lost of a request that made it.
            let filter = [("Owner.1", "self"), ("Filter.1.Name", "block-device-mapping.snapshot-id"), ("Filter.1.Value.1", snapshot)]
            let images = try await visit.ec2("DescribeImages", in: region, filter).items("imagesSet")
            guard let id = images.first(where: { $0.text("name") == visit.field("name") })?.text("imageId") else { throw refusal }
            return id
        }
    }
}
