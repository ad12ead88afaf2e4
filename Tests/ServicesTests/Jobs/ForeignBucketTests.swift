import Domain
import Metadata
import Services
import TestSupport
import Testing

/// Tasks that read and write objects in buckets of other accounts.
@Suite(.againstHangs) struct ForeignBucketTests {
    /// A world with a bucket of a member account that allows some actions to a principal.
    private func run(_ actions: String..., to principal: String, _ body: (World, Organizations, AccountID) async throws -> Void)
        async throws
    {
        try await World.run { world in
            try await world.foundOrganization()
            let organizations = Organizations(world.call(World.home))
            let member = try await organizations.newAccount("member")
            let theirs = world.call(World.home, by: member)
            try await Buckets(theirs).create("theirs")
            let names = actions.map { "\"s3:\($0)\"" }.joined(separator: ", ")
            let policy = """
                {"Version": "2012-10-17", "Statement": {
                    "Effect": "Allow", "Principal": {"AWS": "\(principal)"}, "Action": [\(names)], "Resource": "arn:aws:s3:::theirs/*"
                }}
                """
            try await Buckets(theirs).change("theirs") { $0.policy = try BucketPolicy(parsing: Array(policy.utf8), for: "theirs") }
            var content = SampleBody(SagaDisk.file)
            _ = try await Objects(theirs).put(ObjectPut(bucket: "theirs", key: "disk.raw", attributes: .init()), &content)
            try await body(world, organizations, member)
        }
    }

    private static let root = "arn:aws:iam::\(World.account):root"

    private func importDisk(in world: World) async throws -> String { try await importDisk(by: world.call(World.home)) }

    private func importDisk(by call: Call) async throws -> String {
        let request = SnapshotImportRequest(
            source: ImportSource(bucket: "theirs", key: "disk.raw", format: "RAW"),
            encryption: EncryptionRequest(),
            options: TaskOptions(description: "", role: nil, tags: [], clientToken: nil)
        )
        return try await Imports(call).importSnapshot(request).id
    }

    private func ended(_ task: String, _ kind: JobWork.Kind, in world: World) async throws -> Job {
        var job: Job?
        try await until("\(task) has ended") {
            job = try await world.tasks(kind).first { $0.id == task }
            return job?.step == nil
        }
        return try #require(job)
    }

    @Test func aDiskIsImportedFromABucketThatLetsTheAccountIn() async throws {
        try await run("GetObject", to: Self.root) { world, _, _ in
            try await world.reconciling {
                let task = try await ended(try await importDisk(in: world), .snapshotImport, in: world)
                #expect(task.state == .completed, "\(task.message)")
                #expect(try await world.differences(ofSnapshotsIn: World.home, to: SagaDisk.blocks) == [])
            }
        }
    }

    /// A task is its caller's: what is open to a user is open to no other of the account.
    @Test func whatIsOpenToAUserIsOpenToItsTasksAlone() async throws {
        try await run("GetObject", "PutObject", to: "arn:aws:iam::\(World.account):user/builder") { world, _, _ in
            let fault = await expectFault(.invalidParameterValue) { _ = try await importDisk(in: world) }
            #expect(fault?.message.contains("cannot be read: Access Denied") == true)
            #expect(try await world.tasks(.snapshotImport).isEmpty)
            let root = world.call(World.home)
            let user = try await Users(root).create("builder", path: "/")
            let all = #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#
            try await InlinePolicies(root).put(InlinePolicy(name: "all", document: all), into: .user, "builder")
            try await world.reconciling {
                let task = try await ended(try await importDisk(by: world.call(by: user)), .snapshotImport, in: world)
                #expect(task.state == .completed, "\(task.message)")
            }
        }
    }

    @Test func aBucketThatClosesBeforeItIsReadFailsTheTask() async throws {
        try await run("GetObject", to: Self.root) { world, organizations, member in
            let task = try await importDisk(in: world)
            try await organizations.close(member)
            try await world.reconciling {
                let job = try await ended(task, .snapshotImport, in: world)
                #expect(job.state == .failed && job.message.contains("cannot be read: Access Denied"), "\(job.message)")
            }
            #expect(try await world.snapshots(World.home).describe(SnapshotQuery()).elements.isEmpty)
        }
    }

    @Test func anImageIsStoredExportedAndRestoredThere() async throws {
        try await run("GetObject", "PutObject", to: Self.root) { world, _, member in
            try await world.reconciling {
                let image = try await world.register("web", over: [try await world.snapshot(SagaDisk.blocks)])
                let call = world.call(World.home)
                let key = try await ImageStores(call).store(image.rawValue, in: "theirs", tags: [])
                try await until("it is stored") { try await world.tasks(.imageStore).allSatisfy { $0.step == nil } }
                #expect(try await world.tasks(.imageStore).map(\.state) == [.completed])
                let export = ImageExportRequest(
                    imageID: image.rawValue,
                    format: "RAW",
                    bucket: "theirs",
                    prefix: "out/",
                    options: TaskOptions(description: "", role: nil, tags: [], clientToken: nil)
                )
                let exported = try await ended(try await Exports(call).export(export).id, .imageExport, in: world)
                #expect(exported.state == .completed, "\(exported.message)")
                let restore = ImageRestoreRequest(bucket: "theirs", key: key, name: "again", imageTags: [], snapshotTags: [])
                let restored = try await world.end(of: try await ImageStores(call).restore(restore), in: World.home)
                #expect(restored.state == .available, "\(restored.stateReason?.message ?? "")")
                try await world.expect(restored.snapshotIDs[0], in: World.home, holds: SagaDisk.blocks)
                let keys = try await world.objects(by: member).list(ObjectListing(), in: "theirs").elements.map(\.key.text)
                #expect(keys == ["\(image).bin", "disk.raw", "out/\(exported.id).raw"])
            }
        }
    }
}
