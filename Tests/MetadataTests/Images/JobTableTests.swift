import Domain
import Foundation
import Metadata
import Testing

@Suite struct JobTableTests {
    private static let work: [JobWork] = [
        .bundleCheck,
        .bundleCopy(
            BundleCopy(
                region: known("us-west-2"),
                image: numbered(7),
                bundle: ImageBundle(manifest: known("depot/web.xml"), version: "null", etag: "e", imageBytes: 9, bundleBytes: 5)
            )
        ),
        .snapshotImport(SnapshotImport(source: source, description: "d", snapshot: numbered(1), encryption: nil, role: "vmimport")),
        .imageImport(
            ImageImport(
                disks: [.init(source: source, snapshot: nil, deviceName: nil, description: "root")],
                description: "d",
                image: numbered(2),
                traits: MachineTraits(architecture: .amd64, virtualization: .hvm, bootMode: .uefi),
                platform: "Linux",
                licenseType: nil,
                encryption: SnapshotEncryption(domain: .random(), keyARN: "arn"),
                role: nil
            )
        ),
        .imageExport(ImageExport(image: numbered(3), format: "VMDK", bucket: "depot", prefix: "p/", description: "", role: nil)),
        .imageStore(ImageStore(image: numbered(4), bucket: "depot", key: "k.bin", tags: ["a": "b"])),
        .imageRestore(ImageRestore(bucket: "depot", key: "k.bin", version: "null", etag: "e", snapshots: [numbered(5), numbered(6)])),
    ]

    private static let source = ImportSource(bucket: "depot", key: "disk.vmdk", url: "s3://depot/disk.vmdk", format: "vmdk")

    private static func known<Value: RawRepresentable<String>>(_ text: String) -> Value {
        guard let value = Value(rawValue: text) else { preconditionFailure("'\(text)' is no \(Value.self)") }
        return value
    }

    private func job(_ number: Int, by account: AccountID = .alice, at seconds: Double = 0, _ work: JobWork = .bundleCheck) -> Job {
        let image: ImageID = numbered(number)
        return Job(id: image.rawValue, account: account, work: work, createdAt: date().addingTimeInterval(seconds))
    }

    private func table(_ jobs: [Job]) throws -> TemporaryDatabase {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in for job in jobs { try JobTable(transaction).insert(job) } }
        return temporary
    }

    @Test(arguments: work) func everyKindComesBackAsItWas(work: JobWork) throws {
        let job = job(1, work)
        let temporary = try table([job])
        #expect(try temporary.read { try JobTable($0).job(job.id) } == job)
        let changed = Job(
            id: job.id,
            account: job.account,
            work: work,
            createdAt: job.createdAt,
            state: .failed,
            progress: Job.Progress(bytesDone: 3, bytesTotal: 9),
            message: "it went wrong",
            reasonCode: "Server.InternalError",
            retries: Retries(attempts: 4, dueAt: date().addingTimeInterval(7)),
            endedAt: date().addingTimeInterval(8)
        )
        try temporary.write { try JobTable($0).update(changed) }
        #expect(try temporary.read { try JobTable($0).job(job.id) } == changed)
    }

    @Test func whoHasAskedComesBackAsItWas() throws {
        let user = Principal.UserName(id: "AIDAEXAMPLE", path: "/ops/", name: "builder")
        let role = Principal.RoleSession(id: "AROAEXAMPLE", path: "/", name: "ci", session: "run-7")
        let kinds: [Principal.Kind] = [.rootUser, .user(user), .role(role), .federatedUser(name: "guest", of: user)]
        let session = CallerSession(
            policy: "{}",
            policyARNs: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
            tags: [Tag(key: "team", value: "os")],
            sourceIdentity: "eve",
            providerFacts: ["accounts.example:sub": ["7"]],
            issuedAt: date(),
            expiresAt: date().addingTimeInterval(3600)
        )
        let origin = JobCaller.Origin(address: "192.0.2.7", isSecure: true, userAgent: "curl", tlsVersion: "1.3")
        for (number, kind) in kinds.enumerated() {
            let caller = JobCaller(Principal(account: .alice, accessKeyID: "AKIAEXAMPLE", kind: kind), session: session, origin: origin)
            #expect(caller.principal.accessKeyID == "")
            let job = Job(id: "import-snap-\(number)", account: .alice, caller: caller, work: .bundleCheck, createdAt: date())
            let temporary = try table([job])
            #expect(try temporary.read { try JobTable($0).job(job.id) } == job)
        }
    }

    /// However many one account has asked for, the others wait for one of its at a time.
    @Test func theAccountsTakeTurns() throws {
        let jobs = (1...4).map { job($0, at: Double($0)) } + [job(5, by: .bob, at: 8), job(6, by: .bob, at: 9)]
        let temporary = try table(jobs)
        let now = date().addingTimeInterval(10)
        func waiting() throws -> [Job] { try temporary.read { try JobTable($0).waiting(9, of: .bundleCheck, at: now) } }
        #expect(try waiting().map(\.id) == [0, 4, 1, 5, 2, 3].map { jobs[$0].id })
        for held in [jobs[0], jobs[1]] {
            #expect(try temporary.write { try LeaseTable(.jobs, $0).take(held.id, Lease(of: "a", at: now), at: now) })
        }
        // Two are being driven, so two of the other's are next.
        #expect(try waiting().map(\.id) == [4, 5, 2, 3].map { jobs[$0].id })
    }

    @Test func thoseThatWaitLongestComeFirst() throws {
        let jobs = [job(1, at: 2), job(2, at: 1), job(3, by: .bob, at: 3), job(4, at: 9), job(5, Self.work[1])]
        let temporary = try table(jobs)
        let now = date().addingTimeInterval(5)
        #expect(try temporary.read { try JobTable($0).waiting(10, of: .bundleCheck, at: now) } == [jobs[1], jobs[2], jobs[0]])
        #expect(try temporary.read { try JobTable($0).waiting(1, of: .bundleCheck, at: now) } == [jobs[1]])
        #expect(try temporary.read { try JobTable($0).count(of: .alice, [.bundleCheck]) } == 3)
        #expect(try temporary.read { try JobTable($0).count(of: .alice, [.bundleCheck, .bundleCopy]) } == 4)
        #expect(try temporary.read { try JobTable($0).count(of: .bob, [.bundleCopy]) } == 0)
    }

    @Test func whatIsLeasedWaitsForNobody() throws {
        let temporary = try table([job(1), job(2)])
        let now = date()
        func waiting(at date: Date) throws -> [String] {
            try temporary.read { try JobTable($0).waiting(9, of: .bundleCheck, at: date).map(\.id) }
        }
        #expect(try temporary.write { try LeaseTable(.jobs, $0).take(job(1).id, Lease(of: "a", at: now), at: now) })
        #expect(try waiting(at: now) == [job(2).id])
        #expect(try waiting(at: now.addingTimeInterval(30.001)) == [job(1).id, job(2).id])
        #expect(try temporary.read { try JobTable($0).active(leasedBy: "a") } == [job(1).id])
        #expect(try temporary.read { try JobTable($0).active(leasedBy: "b") }.isEmpty)
        #expect(try temporary.read { try JobTable($0).waiting(-1, of: .bundleCheck, at: now) }.isEmpty)
    }

    /// What has failed for good or was cancelled is not wanted any more, and still to be undone.
    @Test(arguments: [Job.State.failing, .cancelling]) func whatIsToBeUndoneIsDriven(state: Job.State) throws {
        let temporary = try table([job(1), job(2)])
        let now = date()
        let undone = Job(id: job(1).id, account: .alice, work: .bundleCheck, createdAt: now, state: state)
        try temporary.write { transaction throws in
            for id in [job(1).id, job(2).id] { #expect(try LeaseTable(.jobs, transaction).take(id, Lease(of: "a", at: now), at: now)) }
            try JobTable(transaction).update(undone)
        }
        #expect(try temporary.read { try JobTable($0).active(leasedBy: "a") } == [job(2).id])
        let later = now.addingTimeInterval(31)
        #expect(try temporary.read { try JobTable($0).waiting(9, of: .bundleCheck, at: later) }.map(\.state) == [state, .active])
        // An image that is pending counts until it has failed.
        #expect(try temporary.read { try JobTable($0).count(of: .alice, [.bundleCheck]) } == (state == .failing ? 2 : 1))
        try temporary.write { try JobTable($0).delete(job(1).id) }
        #expect(try temporary.read { try JobTable($0).hasAny() })
        try temporary.write { try JobTable($0).delete(job(2).id) }
        #expect(try !temporary.read { try JobTable($0).hasAny() })
        #expect(try temporary.read { try JobTable($0).job(job(1).id) } == nil)
    }

    @Test func whatEndedLongAgoIsForgotten() throws {
        let temporary = try table([job(1), job(2), job(3)])
        try temporary.write { transaction throws in
            for (number, seconds) in [(1, 10.0), (2, 20.0)] {
                var job = job(number)
                _ = job.handle(.finished(at: date().addingTimeInterval(seconds)))
                try JobTable(transaction).update(job)
                try ClientTokenTable(transaction)
                    .insert(account: .alice, action: "Check", token: "t\(number)", fingerprint: [1], resourceID: job.id, at: date())
            }
            try JobTable(transaction).deleteEnded(.bundleCheck, before: date().addingTimeInterval(15))
        }
        let left = try temporary.read { try JobTable($0).page(of: .alice, .bundleCheck, after: nil, limit: 10) }
        #expect(left.map(\.id) == [job(2).id, job(3).id])
        // Its client token is as good as new: nobody can be told of the task any more.
        let tokens = try temporary.read { transaction throws in
            try ["t1", "t2"].map { try ClientTokenTable(transaction).find(account: .alice, action: "Check", token: $0) != nil }
        }
        #expect(tokens == [false, true])
        #expect(try temporary.read { try JobTable($0).page(of: .alice, .bundleCheck, after: job(2).id, limit: 10) } == [job(3)])
    }
}
