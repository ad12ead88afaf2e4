import Blocks
import Domain
import Metadata
import NIOCore
import Services
import TestSupport
import Testing
import Transfer

/// A caller, its account or the owner of what it reads goes while a copy or an import is under way: what was accepted goes on to its end.
@Suite(.againstHangs) struct CallersThatGoTests {
    enum Mishap: CaseIterable {
        case callersAccountIsClosed, sourcesAccountIsClosed, userIsDeleted, accessKeyIsDisabled
    }

    enum Copied: CaseIterable { case image, snapshot }

    /// Who calls: a user of the member account.
    private struct Member {
        let account: AccountID
        let user: IAMIdentity
        let key: String
        let organizations: Organizations

        init(_ world: World, _ name: String) async throws {
            organizations = Organizations(world.call(World.home))
            account = try await organizations.newAccount(name)
            let root = world.call(World.home, by: account)
            user = try await Users(root).create("builder", path: "/")
            key = try await UserAccessKeys(root).create(for: "builder").key.id
            let all = #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#
            try await InlinePolicies(root).put(InlinePolicy(name: "all", document: all), into: .user, "builder")
        }

        func call(_ world: World, _ region: Region) -> Call { world.call(by: user).at(world.store(region)) }

        func suffer(_ mishap: Mishap, from source: AccountID, in world: World) async throws {
            let root = world.call(World.home, by: account)
            switch mishap {
            case .callersAccountIsClosed: try await organizations.close(account)
            case .sourcesAccountIsClosed: try await organizations.close(source)
            case .userIsDeleted:
                try await UserAccessKeys(root).delete(key, of: "builder")
                try await InlinePolicies(root).delete("all", of: .user, "builder")
                try await Users(root).delete("builder")
            case .accessKeyIsDisabled: try await UserAccessKeys(root).set(.inactive, of: key, of: "builder")
            }
        }
    }

    private static let blocks: [Int64: UInt64] = [0: 1, 1: 2, 2: 3]

    /// A copy of what another account has shared, under a key of the caller's, stands between two blocks when one of them goes.
    @Test(arguments: Mishap.allCases, Copied.allCases) func aCopyGoesOn(_ mishap: Mishap, _ copied: Copied) async throws {
        try await World.run(faultyDisks: true) { world in
            try await world.foundOrganization()
            let gate = ThreadGate()
            let disk = try #require(world.disks[World.away])
            try await world.reconciling(engine: CopyEngine(window: 1, reportInterval: .zero)) {
                defer { gate.open() }
                let (owner, member) = (try await Member(world, "owner"), try await Member(world, "member"))
                let source = try await source(of: owner, sharedWith: member.account, in: world)
                disk.setFaults { event in
                    if event.call == .write, event.ordinal == 2 { gate.pass() }
                    return nil
                }
                let call = member.call(world, World.away)
                let encryption = EncryptionRequest(isEncrypted: true, key: nil)
                var image: ImageID?
                switch copied {
                case .image: image = try await Images(call).copy(.of(source.image, name: "copy", encryption: encryption))
                case .snapshot: _ = try await Snapshots(call).copy(.of(source.snapshot, encryption: encryption))
                }
                try await until("the copy stands at the gate") { gate.isReached }
                try await member.suffer(mishap, from: owner.account, in: world)
                gate.open()

                // Whatever has gone, the rows of the account tell of it.
                let there = world.call(World.away, by: member.account)
                var made: Snapshot?
                try await until("the copy has ended") {
                    made = try await Snapshots(there).describe(SnapshotQuery()).elements.first
                    return made?.state != .pending
                }
                let snapshot = try #require(made)
                #expect(snapshot.state == .completed && snapshot.encryption != nil, "\(snapshot)")
                #expect(try await there.differences(of: snapshot.id, to: Self.blocks) == [])
                if let image {
                    var query = ImageQuery()
                    query.ids = [image.rawValue]
                    #expect(try await Images(there).describe(query).elements.first?.state == .available)
                }
                if mishap != .sourcesAccountIsClosed { #expect(try await world.accessKeys().find(member.key) == nil) }
            }
        }
    }

    private func source(of owner: Member, sharedWith account: AccountID, in world: World) async throws -> (
        image: ImageID, snapshot: SnapshotID
    ) {
        let call = owner.call(world, World.home)
        let ours = try await world.snapshot(Self.blocks)
        try await world.share(ours, with: [.account(owner.account)])
        let snapshot = try await Snapshots(call).copy(.of(ours))
        try await until("it is copied") { try await Snapshots(call).snapshot(snapshot.rawValue).state == .completed }
        let image = try await Images(call).register(.over([snapshot], name: "web"))
        let change = try SharingChange(adding: [.account(account)], removing: [])
        try await Images(call).share(image.rawValue, change)
        try await Snapshots(call).share(snapshot.rawValue, change)
        return (image, snapshot)
    }

    /// An import of an object of the caller's account stands between two blocks when the caller goes.
    @Test(arguments: Mishap.allCases.filter { $0 != .sourcesAccountIsClosed }) func anImportGoesOn(_ mishap: Mishap) async throws {
        try await World.run(faultyDisks: true) { world in
            try await world.foundOrganization()
            let gate = ThreadGate()
            let disk = try #require(world.disks[World.home])
            try await world.reconciling {
                defer { gate.open() }
                let member = try await Member(world, "member")
                let call = member.call(world, World.home)
                try await Buckets(call).create("their-depot")
                var body = SampleBody(SagaDisk.file)
                _ = try await Objects(call).put(ObjectPut(bucket: "their-depot", key: "disk.raw", attributes: .init()), &body)
                let writes = Counter()
                disk.setFaults { event in
                    if event.call == .write, writes.add() == 2 { gate.pass() }
                    return nil
                }
                let source = ImportSource(bucket: "their-depot", key: "disk.raw", format: "RAW")
                let request = SnapshotImportRequest(
                    source: source,
                    encryption: EncryptionRequest(isEncrypted: true, key: nil),
                    options: SagaDisk.options
                )
                let task = try await Imports(call).importSnapshot(request).id
                try await until("the import stands at the gate") { gate.isReached }
                try await member.suffer(mishap, from: World.account, in: world)
                gate.open()
                let there = world.call(World.home, by: member.account)
                func job() async throws -> Job? { try await world.store(World.home).database.read { try JobTable($0).job(task) } }
                try await until("the import has ended") { try await job()?.step == nil }
                let ended = try #require(try await job())
                #expect(ended.state == .completed, "\(ended.message)")
                let snapshots = try await Snapshots(there).describe(SnapshotQuery()).elements
                #expect(snapshots.count == 1)
                for snapshot in snapshots { #expect(try await there.differences(of: snapshot.id, to: SagaDisk.blocks) == []) }
            }
        }
    }
}
