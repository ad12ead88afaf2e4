import Crypto
import Domain
import HTTPTypes
import NIOCore
import Services
import Wire

/// `POST /snapshots`: starts a snapshot that blocks can be put into.
struct StartSnapshot: RESTAction {
    static let permissions = [
        Permission<Self>("ebs:StartSnapshot") { action, call in
            [call.snapshot("*")] + (action.start.parentID.map { [call.snapshot($0)] } ?? [])
        },
        Permission<Self>("ec2:CreateTags") { $0.start.tags.isEmpty ? [] : [$1.snapshot("*")] },
    ]

    private let start: SnapshotStart

    init(from request: RESTRequest) throws {
        let json = try request.json()
        let sizeGiB: Int = try json["VolumeSize"]
        let parentID: String? = try json["ParentSnapshotId"]
        let description: String? = try json["Description"]
        let timeout: Int? = try json["Timeout"]
        let tags: [TagMember] = try json["Tags"]
        let isEncrypted: Bool? = try json["Encrypted"]
        let kmsKeyARN: String? = try json["KmsKeyArn"]
        let token: String? = try json["ClientToken"]
        try json.requireAllRead()

        if let token, !(1...255).contains(token.utf8.count) {
            throw RequestError.invalid("ClientToken", token, "At most 255 characters are allowed")
        }
        var start = SnapshotStart(
            sizeGiB: sizeGiB,
            parentID: parentID,
            description: description ?? "",
            timeoutMinutes: timeout ?? 60,
            tags: tags.map(\.tag),
            encryption: EncryptionRequest(isEncrypted: isEncrypted, key: kmsKeyARN),
            clientToken: nil
        )
        start.clientToken = token.map { ClientToken(text: $0, fingerprint: Self.fingerprint(start, timeout)) }
        self.start = start
    }

    func run(in call: Call) async throws -> Reply {
        let snapshot = try await Uploads(call).start(start)
        return .json(JSONWriter.encode(StartedSnapshot(snapshot: snapshot)), status: .created)
    }

    private static func fingerprint(_ start: SnapshotStart, _ timeout: Int?) -> [UInt8] {
        var hash = SHA256()
        var texts = [String(start.sizeGiB), start.parentID ?? "", start.description, timeout.map(String.init) ?? ""]
        texts += start.tags.flatMap { [$0.key, $0.value] }
        // Only where it is given, so that tokens of before there were keys stay good.
        if start.encryption != EncryptionRequest() {
            texts += ["encrypted", start.encryption.isEncrypted.map(String.init) ?? "", start.encryption.key ?? ""]
        }
        for text in texts { hash.update(data: Array("\(text.utf8.count):\(text)".utf8)) }
        return Array(hash.finalize())
    }
}

/// An element of `Tags`.
private struct TagMember: JSONStructure {
    let key: String
    let value: String

    init(from json: JSONReader) throws(RequestError) {
        key = try json["Key"]
        value = try json["Value"] ?? ""
    }

    var tag: Tag { Tag(key: key, value: value) }
}

private struct StartedSnapshot: JSONEncodable {
    let snapshot: Snapshot

    func write(to json: inout JSONWriter) {
        json.member("SnapshotId", snapshot.id.rawValue)
        json.member("Description", snapshot.description)
        json.member("OwnerId", snapshot.owner.rawValue)
        json.member("Status", snapshot.state.rawValue)
        json.member("StartTime", snapshot.startedAt)
        json.member("VolumeSize", snapshot.sizeGiB)
        json.member("BlockSize", Int64(Snapshot.blockBytes))
        json.member("ParentSnapshotId", snapshot.parentID?.rawValue)
        json.member("KmsKeyArn", snapshot.encryption?.keyARN)
        if !snapshot.tags.isEmpty {
            json.list("Tags", snapshot.tags) { json, tag in
                json.member("Key", tag.key)
                json.member("Value", tag.value)
            }
        }
    }
}
