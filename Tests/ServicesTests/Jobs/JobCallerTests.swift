import Domain
import Foundation
import Metadata
import NIOCore
import Services
import TestSupport
import Testing

/// A task reads and writes as who has asked for it: the user with its policies, and not its account.
@Suite(.againstHangs) struct JobCallerTests {
    /// Without a token: what is asked for again is another task.
    private static let options = TaskOptions(description: "asked for", role: nil, tags: [], clientToken: nil)

    /// A world with a bucket of its account, a disk in it, and a user who may do some things.
    private func run(_ actions: String..., body: (World, IAMIdentity) async throws -> Void) async throws {
        try await World.run { world in
            try await world.foundOrganization()
            try await world.buckets().create("depot")
            try await put(SagaDisk.file, as: "disk.raw", in: world)
            let user = try await Users(world.call(World.home)).create("builder", path: "/")
            try await allow(actions, to: user, in: world)
            try await body(world, user)
        }
    }

    private func allow(_ actions: [String], to user: IAMIdentity, in world: World) async throws {
        let names = actions.map { "\"\($0)\"" }.joined(separator: ", ")
        let document = #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": [\#(names)], "Resource": "*"}}"#
        try await InlinePolicies(world.call(World.home)).put(InlinePolicy(name: "some", document: document), into: .user, user.name)
    }

    private func put(_ content: ByteBuffer, as key: String, in world: World, encryption: ObjectEncryptionRequest? = nil, md5: UInt8 = 1)
        async throws
    {
        var body = SampleBody(content, md5: md5)
        _ = try await world.objects().put(
            ObjectPut(bucket: "depot", key: key, attributes: ObjectAttributes(), encryption: encryption),
            &body
        )
    }

    private func deny(_ action: String, to user: IAMIdentity, in world: World) async throws {
        let policy = """
            {"Version": "2012-10-17", "Statement": {
                "Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::\(World.account):user/\(user.name)"}, "Action": "s3:\(action)",
                "Resource": "arn:aws:s3:::depot/*"
            }}
            """
        try await world.buckets().set(BucketPolicy(parsing: Array(policy.utf8), for: "depot"), of: "depot")
    }

    private func importDisk(by call: Call) async throws -> String {
        let request = SnapshotImportRequest(
            source: ImportSource(bucket: "depot", key: "disk.raw", format: "RAW"),
            encryption: EncryptionRequest(),
            options: Self.options
        )
        return try await Imports(call).importSnapshot(request).id
    }

    private func image(in world: World) async throws -> ImageID {
        var snapshot: SnapshotID?
        try await world.reconciling { snapshot = try await world.snapshot(SagaDisk.blocks) }
        return try await world.register("web", over: [try #require(snapshot)])
    }

    private func ended(_ task: String, _ kind: JobWork.Kind, in world: World) async throws -> Job {
        var job: Job?
        try await world.reconciling {
            try await until("\(task) has ended") {
                job = try await world.tasks(kind).first { $0.id == task }
                return job?.step == nil
            }
        }
        return try #require(job)
    }

    @Test func whoMayReadImports() async throws {
        try await run("s3:GetObject") { world, user in
            let task = try await ended(try await importDisk(by: world.call(by: user)), .snapshotImport, in: world)
            #expect(task.state == .completed, "\(task.message)")
            #expect(task.caller?.principal.identityID == user.id && task.caller?.principal.accessKeyID == "")
        }
    }

    @Test func aPermissionThatIsTakenBackStopsTheTask() async throws {
        try await run("s3:GetObject") { world, user in
            let task = try await importDisk(by: world.call(by: user))
            try await allow(["s3:ListBucket"], to: user, in: world)
            let job = try await ended(task, .snapshotImport, in: world)
            #expect(job.state == .failed && job.message.contains("cannot be read"), "\(job.message)")
        }
    }

    /// The policy of the account's own bucket is asked as well, at once and when the task reads.
    @Test func theOwnBucketMayDeny() async throws {
        try await run("s3:GetObject") { world, user in
            let task = try await importDisk(by: world.call(by: user))
            try await deny("GetObject", to: user, in: world)
            await expectFault(.invalidParameterValue) { _ = try await importDisk(by: world.call(by: user)) }
            #expect(try await ended(task, .snapshotImport, in: world).state == .failed)
            // It is the user who is denied.
            #expect(try await ended(importDisk(by: world.call(World.home)), .snapshotImport, in: world).state == .completed)
        }
    }

    /// The key of an object is asked as the user, not as the account, which it lets in.
    @Test func theKeyOfAnObjectIsAskedForTheUser() async throws {
        try await run("s3:GetObject") { world, user in
            let key = try await Keys(world.call(World.home)).create(KeyCreation()).key.arn
            try await put(SagaDisk.file, as: "disk.raw", in: world, encryption: .kms(key))
            await #expect(throws: KeyUnusable.self) { _ = try await importDisk(by: world.call(by: user)) }
            try await allow(["s3:GetObject", "kms:Decrypt"], to: user, in: world)
            let task = try await importDisk(by: world.call(by: user))
            try await allow(["s3:GetObject"], to: user, in: world)
            #expect(try await ended(task, .snapshotImport, in: world).state == .failed)
        }
    }

    @Test func anObjectThatWasReplacedIsNotRead() async throws {
        try await run("s3:GetObject") { world, user in
            let task = try await importDisk(by: world.call(by: user))
            try await put(ByteBuffer(repeating: 7, count: SagaDisk.file.readableBytes), as: "disk.raw", in: world, md5: 2)
            let job = try await ended(task, .snapshotImport, in: world)
            #expect(job.state == .failed && job.message.contains("was replaced"), "\(job.message)")
        }
    }

    /// Nobody learns of an object that is not there by way of EC2.
    @Test func absenceIsToldToWhoMayList() async throws {
        try await run("s3:GetObject") { world, user in
            _ = try await world.objects().delete("disk.raw", in: "depot")
            let denied = await expectFault(.invalidParameterValue) { _ = try await importDisk(by: world.call(by: user)) }
            #expect(denied?.message.contains("Access Denied") == true)
            try await allow(["s3:GetObject", "s3:ListBucket"], to: user, in: world)
            let absent = await expectFault(.invalidParameterValue) { _ = try await importDisk(by: world.call(by: user)) }
            #expect(absent?.message.contains("does not exist") == true)
        }
    }

    @Test func anImageIsStoredAndExportedByWhoMayWrite() async throws {
        try await run("s3:PutObject") { world, user in
            let image = try await image(in: world)
            let call = world.call(by: user)
            _ = try await ImageStores(call).store(image.rawValue, in: "depot", tags: [])
            // Tags take a permission of their own.
            await expectFault(.invalidParameterValue) {
                _ = try await ImageStores(call).store(image.rawValue, in: "depot/tagged", tags: [Tag(key: "a", value: "b")])
            }
            let export = ImageExportRequest(imageID: image.rawValue, format: "RAW", bucket: "depot", prefix: "", options: Self.options)
            let exported = try await Exports(call).export(export).id
            try await deny("PutObject", to: user, in: world)
            await expectFault(.invalidParameterValue) { _ = try await Exports(call).export(export) }
            #expect(try await ended(exported, .imageExport, in: world).state == .failed)
            let stored = try #require(try await world.tasks(.imageStore).first)
            #expect(try await ended(stored.id, .imageStore, in: world).state == .failed)
            #expect(try await world.objects().list(ObjectListing(), in: "depot").elements.map(\.key.text) == ["disk.raw"])
        }
    }

    /// A version that is the latest no more takes a permission of its own, so a task does not read it.
    @Test func aStoredImageThatWasOverwrittenIsNotRestored() async throws {
        try await run("s3:GetObject") { world, user in
            try await world.buckets().setVersioning(.enabled, of: "depot")
            let image = try await image(in: world)
            let key = try await ImageStores(world.call(World.home)).store(image.rawValue, in: "depot", tags: [])
            try await world.reconciling {
                try await until("it is stored") { try await world.tasks(.imageStore).allSatisfy { $0.step == nil } }
            }
            let request = ImageRestoreRequest(bucket: "depot", key: key, name: "again", imageTags: [], snapshotTags: [])
            let restored = try await ImageStores(world.call(by: user)).restore(request)
            try await put(ByteBuffer(bytes: [1, 2, 3]), as: key, in: world)
            try await world.reconciling {
                let end = try await world.end(of: restored, in: World.home)
                #expect(end.state == .failed && end.stateReason?.message.contains("was replaced") == true, "\(end)")
            }
        }
    }
}
