import Crypto
import Domain
import Foundation
import HTTPTypes
import Metadata
import Services
import Testing
import Wire

/// An edge with one of each thing that the samples are about, and a user whose policies a test sets.
struct ActionWorld: Sendable {
    static let user = "caller"

    let edge: Edge
    let caller: Credential
    private let names: [String: String]

    init(_ edge: Edge) async throws {
        self.edge = edge
        func root(_ request: SampleRequest) async throws -> String {
            let answer = try await edge.answer(to: request, by: edge.credential)
            try #require((200..<300).contains(answer.status), "\(request.service) \(request.target): \(answer.body)")
            return answer.body
        }
        try await edge.noteUse(of: edge.credential)
        let identity = try await root(.form("sts", "GetCallerIdentity"))
        let account = try #require(identity.between("<Account>", "</Account>"))
        _ = try await root(.form("iam", "CreateUser", ["UserName": Self.user]))
        let key = try await root(.form("iam", "CreateAccessKey", ["UserName": Self.user]))
        caller = Credential(
            accessKeyID: try #require(key.between("<AccessKeyId>", "</AccessKeyId>")),
            secretAccessKey: try #require(key.between("<SecretAccessKey>", "</SecretAccessKey>"))
        )
        try await edge.noteUse(of: caller)
        let trust =
            #"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"\#(account)"},"Action":["sts:AssumeRole","sts:SetSourceIdentity","sts:TagSession"]}]}"#
        _ = try await root(.form("iam", "CreateRole", ["RoleName": "trusting", "AssumeRolePolicyDocument": trust]))
        // No sample deletes it, so that a launch has a role to pass.
        _ = try await root(.form("iam", "CreateInstanceProfile", ["InstanceProfileName": "launching"]))
        _ = try await root(.form("iam", "AddRoleToInstanceProfile", ["InstanceProfileName": "launching", "RoleName": "trusting"]))
        _ = try await root(.rest("s3", .put, "/a-bucket"))
        // No sample deletes it, so that none deletes the bucket.
        _ = try await root(.rest("s3", .put, "/a-bucket/kept", [("content-length", "0")]))
        _ = try await root(.rest("s3", .put, "/a-bucket/tagged", [("content-length", "0"), ("x-amz-tagging", "team=a")]))
        let kmsKey = try #require(try await root(.json("kms", "TrentService.CreateKey")).between(#""KeyId":""#, "\""))
        _ = try await root(.json("kms", "TrentService.CreateAlias", #"{"AliasName":"alias/two","TargetKeyId":"\#(kmsKey)"}"#))
        let sealed = try await root(.json("kms", "TrentService.Encrypt", #"{"KeyId":"\#(kmsKey)","Plaintext":"AAAA"}"#))
        let roots = try await root(.json("organizations", "AWSOrganizationsV20161128.ListRoots"))
        let image = try await Self.image(of: account, in: edge)
        names = [
            "{account}": account, "{key}": kmsKey, "{ciphertext}": try #require(sealed.between(#""CiphertextBlob":""#, "\"")),
            "{root}": try #require(roots.between(#""Id":""#, "\"")), "{image}": image.id.rawValue,
            "{bundled}": try await Self.bundledImage(of: account, in: edge).rawValue,
            "{snapshot}": try #require(image.devices.first?.volume?.snapshotID?.rawValue),
        ]
    }

    var callerARN: String { "arn:aws:iam::\(names["{account}"] ?? ""):user/\(Self.user)" }

    /// Lets the caller do what the statements say, and no more.
    func allow(_ statements: String...) async throws {
        let document = #"{"Version":"2012-10-17","Statement":[\#(statements.joined(separator: ","))]}"#
        let put = SampleRequest.form("iam", "PutUserPolicy", ["UserName": Self.user, "PolicyName": "own", "PolicyDocument": document])
        let answer = try await edge.answer(to: put, by: edge.credential)
        try #require(answer.status == 200, "\(answer.body)")
    }

    /// What the caller is answered.
    func answer(to sample: SampleRequest) async throws -> EdgeAnswer { try await edge.answer(to: filled(sample), by: caller) }

    /// What the root user reads in a message that a refusal carries.
    func decoded(_ message: String) async throws -> String {
        let request = SampleRequest.form("sts", "DecodeAuthorizationMessage", ["EncodedMessage": message])
        return try await edge.answer(to: request, by: edge.credential).body.replacing("&quot;", with: "\"")
    }

    private func filled(_ sample: SampleRequest) -> SampleRequest {
        var filled = sample
        // In a form the braces are encoded.
        let isForm = sample.headers.contains { $0.value.hasSuffix("form-urlencoded") }
        var body = sample.body.count < 1 << 16 ? String(decoding: sample.body, as: UTF8.self) : nil
        for (name, value) in names {
            filled.target = filled.target.replacing(name, with: value)
            body = body?.replacing(isForm ? name.replacing("{", with: "%7B").replacing("}", with: "%7D") : name, with: value)
        }
        if let body { filled.body = Array(body.utf8) }
        return filled
    }

    /// An image that is a bundle in a bucket, which has no object of it.
    private static func bundledImage(of account: String, in edge: Edge) async throws -> ImageID {
        let store = try #require(Region(rawValue: Edge.region).flatMap { edge.deployment.regions[$0] })
        let manifest = try #require(ManifestLocation(rawValue: "a-bucket/web/image.manifest.xml"))
        let image = Image(
            id: try #require(ImageID(rawValue: "ami-0fedcba9876543210")),
            owner: try #require(AccountID(rawValue: account)),
            name: "a bundle",
            description: "",
            state: .available,
            createdAt: edge.deployment.clock.now,
            traits: MachineTraits(architecture: .amd64, virtualization: .hvm),
            rootDeviceName: "/dev/sda1",
            devices: [],
            bundle: ImageBundle(manifest: manifest, version: "null", etag: "e", imageBytes: 9, bundleBytes: 5)
        )
        try await store.database.write { try ImageTable($0).insert(image) }
        return image.id
    }

    /// An image over one snapshot, put into the rows: no reconciler runs that would complete an upload.
    private static func image(of account: String, in edge: Edge) async throws -> Image {
        let owner = try #require(AccountID(rawValue: account))
        let store = try #require(Region(rawValue: Edge.region).flatMap { edge.deployment.regions[$0] })
        let id = try #require(SnapshotID(rawValue: "snap-0123456789abcdef0"))
        let now = edge.deployment.clock.now
        let snapshot = Snapshot(
            id: id,
            owner: owner,
            volumeID: "vol-ffffffff",
            description: "",
            state: .pending,
            startedAt: now,
            sizeGiB: 1,
            lineage: id
        )
        let disk = VolumeTemplate(snapshotID: id, sizeGiB: 1, type: .gp3, deletesOnTermination: true)
        let image = Image(
            id: try #require(ImageID(rawValue: "ami-0123456789abcdef0")),
            owner: owner,
            name: "an image",
            description: "",
            state: .available,
            createdAt: now,
            traits: MachineTraits(architecture: .amd64, virtualization: .hvm),
            rootDeviceName: "/dev/sda1",
            devices: [BlockDevice(name: "/dev/sda1", target: .volume(disk))]
        )
        try await store.database.write { transaction in
            try SnapshotTable(transaction).insert(snapshot)
            try ImageTable(transaction).insert(image)
        }
        return image
    }
}

extension String {
    func between(_ start: String, _ end: String) -> String? {
        guard let first = range(of: start), let last = range(of: end, range: first.upperBound..<endIndex) else { return nil }
        return String(self[first.upperBound..<last.lowerBound])
    }
}

extension Edge {
    /// Every file of the data folder, by what it holds.
    func files() throws -> [String: SHA256.Digest] {
        let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        var found: [String: SHA256.Digest] = [:]
        for path in paths {
            // The shared memory of SQLite holds no rows.
            guard !path.hasSuffix("-shm"), let content = FileManager.default.contents(atPath: "\(folder)/\(path)") else { continue }
            found[path] = SHA256.hash(data: content)
        }
        return found
    }

    /// That a key was used is noted once in a while, beside the call: it is done before a test looks for what calls change.
    func noteUse(of key: Credential) async throws {
        let region = try #require(Region(rawValue: Edge.region))
        await deployment.accessKeys.noteUse(of: key.accessKeyID, for: "sts", in: region)?.value
    }

    /// Has every transaction that writes fail from now on.
    func failCommits(with error: any Error & Sendable) {
        let databases = [deployment.directory] + deployment.regions.values.map(\.database)
        for database in databases { database.beforeEachCommit { throw error } }
    }
}
