import Domain
import Foundation
import Metadata
import Testing

@Suite struct VolumeTableTests {
    private func shape(_ type: VolumeType, _ sizeGiB: Int, _ iops: Int? = nil) -> VolumeShape {
        VolumeShape(stored: type, sizeGiB: sizeGiB, iops: iops, throughput: type == .gp3 ? 125 : nil, isMultiAttachEnabled: false)
    }

    private func volume(_ number: Int, of owner: AccountID = .alice, _ shape: VolumeShape? = nil, over snapshot: Int? = nil) -> Volume {
        Volume(
            id: numbered(number),
            owner: owner,
            zone: known("us-east-1a"),
            shape: shape ?? self.shape(.gp3, 8, 3_000),
            createdAt: date(),
            snapshotID: snapshot.map { numbered($0) },
            base: snapshot.map { Volume.Base(root: [UInt8](repeating: UInt8($0), count: 32), domain: nil) }
        )
    }

    @Test func aVolumeComesBackAsItWas() throws {
        let temporary = try TemporaryDatabase()
        var whole = volume(1, over: 7)
        whole = Volume(
            id: whole.id,
            owner: .alice,
            zone: known("us-east-1b"),
            state: .inUse,
            shape: VolumeShape(stored: .io2, sizeGiB: 100, iops: 500, throughput: nil, isMultiAttachEnabled: true),
            createdAt: date(),
            snapshotID: numbered(7),
            base: Volume.Base(root: [UInt8](repeating: 9, count: 32), domain: DomainID.random()),
            encryption: SnapshotEncryption(domain: .random(), keyARN: "arn:aws:kms:us-east-1:123456789012:key/a"),
            lineage: numbered(6),
            parentID: numbered(7),
            enablesIOByItself: true,
            initializationRate: 200,
            attachments: [attachment(1, to: 1, .attached), attachment(1, to: 2, .detaching)],
            tags: [Tag(key: "Name", value: "data")]
        )
        try temporary.write { transaction throws in
            try VolumeTable(transaction).insert(whole)
            try TagTable(transaction).set(whole.tags, on: .volume(whole.id), by: .alice)
            try VolumeTable(transaction).insert(volume(2))
        }
        #expect(try temporary.read { try VolumeTable($0).volume(whole.id) } == whole)
        #expect(try temporary.read { try VolumeTable($0).volume(numbered(2)) } == volume(2))
        #expect(try temporary.read { try VolumeTable($0).volume(numbered(3)) } == nil)

        var changed = whole
        (changed.state, changed.attachments, changed.enablesIOByItself, changed.lineage) = (.available, [], false, numbered(5))
        try temporary.write { try VolumeTable($0).update(changed) }
        #expect(try temporary.read { try VolumeTable($0).volume(whole.id) } == changed)
        try temporary.write { try VolumeTable($0).delete(changed) }
        #expect(try temporary.read { try VolumeTable($0).volumes(ids: [numbered(1), numbered(2)]).map(\.id) } == [numbered(2)])
    }

    private func attachment(_ volume: Int, to instance: Int, _ state: VolumeAttachment.State) -> VolumeAttachment {
        VolumeAttachment(
            volume: numbered(volume),
            instance: numbered(instance),
            device: "/dev/sd\(instance)",
            state: state,
            attachedAt: date(),
            deletesOnTermination: instance == 1
        )
    }

    @Test func aPageHoldsWhatWasAskedForInTheOrderOfIds() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            let table = VolumeTable(transaction)
            for number in [3, 1, 2] { try table.insert(volume(number, over: number == 2 ? 5 : nil)) }
            try table.insert(volume(4, of: .bob))
            var attached = volume(5)
            (attached.state, attached.attachments) = (.inUse, [attachment(5, to: 1, .attached)])
            try table.insert(attached)
            try TagTable(transaction).set([Tag(key: "a", value: "b")], on: .volume(numbered(3)), by: .alice)
        }
        func page(after: VolumeID? = nil, limit: Int = 10, _ narrow: (inout VolumeSearch) -> Void = { _ in }) throws -> [VolumeID] {
            var search = VolumeSearch(of: .alice)
            narrow(&search)
            let narrowed = search
            return try temporary.read { try VolumeTable($0).page(of: narrowed, after: after, limit: limit).map(\.id) }
        }
        #expect(try page() == [numbered(1), numbered(2), numbered(3), numbered(5)])
        #expect(try page(after: numbered(1), limit: 2) == [numbered(2), numbered(3)])
        #expect(try page { $0.ids = [(numbered(3) as VolumeID).rawValue, (numbered(4) as VolumeID).rawValue] } == [numbered(3)])
        #expect(try page { $0.snapshots = [(numbered(5) as SnapshotID).rawValue] } == [numbered(2)])
        #expect(try page { $0.instances = [(numbered(1) as InstanceID).rawValue] } == [numbered(5)])
        #expect(try page { $0.states = ["in-use"] } == [numbered(5)])
        #expect(try page { $0.tags = [TagSearch(key: "a", values: ["b"], by: .alice)] } == [numbered(3)])
    }

    @Test func storageAndOperationsAreCountedAsTheyComeAndGo() throws {
        let temporary = try TemporaryDatabase()
        func usage(_ type: VolumeType, by account: AccountID = .alice) throws -> [Int] {
            try temporary.read { transaction in
                let usage = VolumeUsage(transaction)
                return [try usage.storage(of: type, by: account), try usage.iops(of: type, by: account)]
            }
        }
        let first = volume(1, shape(.io1, 100, 1_000))
        try temporary.write { transaction throws in
            try VolumeTable(transaction).insert(first)
            try VolumeTable(transaction).insert(volume(2, of: .bob, shape(.io1, 7, 100)))
            try VolumeTable(transaction).insert(volume(3))
        }
        #expect(try usage(.io1) == [100, 1_000])
        // gp3 counts no operations.
        #expect(try usage(.gp3) == [8, 0])
        // What it is to become counts from the beginning of the modification.
        var modification = try VolumeModification.begin(
            VolumeShapeRequest(type: .io2, sizeGiB: 200, iops: 2_000),
            of: first,
            after: [],
            optimizingFor: 60,
            at: date()
        )
        try temporary.write { try VolumeModificationTable($0).insert(modification) }
        #expect(try usage(.io1) == [0, 0])
        #expect(try usage(.io2) == [200, 2_000])
        try temporary.write { transaction throws in
            modification.apply()
            try VolumeTable(transaction).setShape(modification.target, of: first.id)
            try VolumeModificationTable(transaction).update(modification)
        }
        #expect(try temporary.read { try VolumeTable($0).volume(first.id)?.shape } == modification.target)
        let modified = try #require(try temporary.read { try VolumeTable($0).volume(first.id) })
        try temporary.write { try VolumeTable($0).delete(modified) }
        #expect(try usage(.io2) == [0, 0])
        #expect(try usage(.io1, by: .bob) == [7, 100])
        #expect(try temporary.read { try VolumeModificationTable($0).last(of: first.id) } == nil)

        // One that goes before it has its new shape takes that with it.
        let second = volume(4, shape(.gp2, 10, 100))
        try temporary.write { transaction throws in
            try VolumeTable(transaction).insert(second)
            let request = VolumeShapeRequest(sizeGiB: 50)
            try VolumeModificationTable(transaction).insert(
                try .begin(request, of: second, after: [], optimizingFor: 0, at: date())
            )
        }
        #expect(try usage(.gp2) == [50, 0])
        try temporary.write { try VolumeTable($0).delete(second) }
        #expect(try usage(.gp2) == [0, 0])
    }

    @Test func modificationsAreFoundByVolumeByAccountAndWhenTheyAreDue() throws {
        let temporary = try TemporaryDatabase()
        func modification(_ volume: Int, _ number: Int, _ state: VolumeModification.State, due: Int64 = 0, of account: AccountID = .alice)
            -> VolumeModification
        {
            VolumeModification(
                volume: numbered(volume),
                account: account,
                number: number,
                original: shape(.gp3, 8, 3_000),
                target: shape(.gp3, 9, 3_000),
                state: state,
                startedAt: date(milliseconds: Int64(number) * 1_000),
                dueAt: date(milliseconds: due),
                endedAt: state == .completed ? date() : nil
            )
        }
        let all = [
            modification(1, 1, .completed), modification(1, 2, .modifying, due: 5_000), modification(2, 1, .optimizing, due: 3_000),
            modification(3, 1, .completed), modification(4, 1, .optimizing, due: 4_000, of: .bob),
        ]
        try temporary.write { transaction throws in
            for one in all { try VolumeModificationTable(transaction).insert(one) }
        }
        func read<Value>(_ body: (VolumeModificationTable) throws -> Value) throws -> Value {
            try temporary.read { try body(VolumeModificationTable($0)) }
        }
        #expect(try read { try $0.all(of: numbered(1)) } == [all[1], all[0]])
        #expect(try read { try $0.last(of: numbered(1)) } == all[1])
        #expect(try read { try $0.page(of: .alice, after: nil, limit: 2) } == [all[1], all[2]])
        #expect(try read { try $0.page(of: .alice, after: numbered(2), limit: 2) } == [all[3]])
        // What is being modified is due at once.
        #expect(try read { try $0.due(at: date(milliseconds: 2_000), limit: 10) } == [all[1]])
        #expect(try read { try $0.due(at: date(milliseconds: 4_000), limit: 10) } == [all[2], all[4], all[1]])
        #expect(try read { try $0.due(at: date(milliseconds: 4_000), limit: 1) } == [all[2]])
        try temporary.write { try VolumeModificationTable($0).deleteOld(of: numbered(1), before: date(milliseconds: 9_000)) }
        #expect(try read { try $0.all(of: numbered(1)) } == [all[1]])
    }

    @Test func whatPendingSnapshotsAreMadeOfIsKept() throws {
        let temporary = try TemporaryDatabase()
        let rows = [
            VolumeSnapshotTable.Row(snapshot: numbered(1), volume: numbered(1), account: .alice, base: nil),
            VolumeSnapshotTable.Row(
                snapshot: numbered(2),
                volume: numbered(1),
                account: .alice,
                base: Volume.Base(root: [UInt8](repeating: 3, count: 32), domain: .random())
            ),
        ]
        #expect(try temporary.read { try RootTable($0).hasAny() } == false)
        try temporary.write { transaction throws in
            for row in rows { try VolumeSnapshotTable(transaction).insert(row) }
        }
        try temporary.read { transaction throws in
            let table = VolumeSnapshotTable(transaction)
            #expect(try table.row(of: numbered(1)) == rows[0])
            #expect(try table.row(of: numbered(2)) == rows[1])
            #expect(try table.count(of: numbered(1) as VolumeID) == 2)
            #expect(try table.count(of: .bob as AccountID) == 0)
            #expect(try table.count(of: .alice as AccountID) == 2)
            let roots = try RootTable(transaction).volumeSnapshots()
            #expect(roots.map(\.id) == [numbered(2)] && roots.first?.domain == rows[1].base?.domain)
            #expect(try RootTable(transaction).hasAny())
        }
        try temporary.write { transaction throws in
            for row in rows { try VolumeSnapshotTable(transaction).delete(row.snapshot) }
            for number in 1...3 { try VolumeTable(transaction).insert(volume(number, over: number == 2 ? nil : number)) }
        }
        try temporary.read { transaction throws in
            #expect(try RootTable(transaction).volumes(after: nil, limit: 10).map(\.id) == [numbered(1), numbered(3)])
            #expect(try RootTable(transaction).volumes(after: numbered(1), limit: 10).map(\.root) == [[UInt8](repeating: 3, count: 32)])
            #expect(try RootTable(transaction).hasAny())
            #expect(try RecoveryTable(transaction).accounts() == [.alice])
        }
    }
}
