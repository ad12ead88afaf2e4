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
        var job = job(1, work)
        let temporary = try table([job])
        #expect(try temporary.read { try JobTable($0).job(job.id) } == job)
        job.state = .failed
        job.progress = Job.Progress(bytesDone: 3, bytesTotal: 9)
        job.message = "it went wrong"
        job.attempts = 4
        job.dueAt = date().addingTimeInterval(7)
        job.endedAt = date().addingTimeInterval(8)
        let changed = job
        try temporary.write { try JobTable($0).update(changed) }
        #expect(try temporary.read { try JobTable($0).job(job.id) } == job)
    }

    @Test func thoseThatWaitLongestComeFirst() throws {
        let jobs = [job(1, at: 2), job(2, at: 1), job(3, by: .bob, at: 3), job(4, at: 9), job(5, Self.work[1])]
        let temporary = try table(jobs)
        let now = date().addingTimeInterval(5)
        #expect(try temporary.read { try JobTable($0).due(.bundleCheck, at: now, limit: 10) } == [jobs[1], jobs[0], jobs[2]])
        #expect(try temporary.read { try JobTable($0).due(.bundleCheck, at: now, limit: 1) } == [jobs[1]])
        #expect(try temporary.read { try JobTable($0).count(of: .alice, [.bundleCheck]) } == 3)
        #expect(try temporary.read { try JobTable($0).count(of: .alice, [.bundleCheck, .bundleCopy]) } == 4)
        #expect(try temporary.read { try JobTable($0).count(of: .bob, [.bundleCopy]) } == 0)
    }

    @Test func whatIsCancelledIsStillToBeUndone() throws {
        let temporary = try table([job(1), job(2)])
        #expect(try temporary.write { try JobTable($0).cancel(job(1).id, at: date()) })
        #expect(try !temporary.write { try JobTable($0).cancel(job(1).id, at: date()) })
        #expect(try temporary.read { try JobTable($0).active() } == [job(2).id])
        #expect(try temporary.read { try JobTable($0).due(.bundleCheck, at: date(), limit: 9) }.map(\.state) == [.cancelling, .active])
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
                (job.state, job.endedAt) = (.completed, date().addingTimeInterval(seconds))
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
