import Domain
import Foundation
import Metadata
import Testing

/// How far the bytes of volumes are in their bases, and what of them pending snapshots have.
@Suite struct VolumeByteTableTests {
    private func base(_ byte: UInt8, _ domain: DomainID? = nil) -> Volume.Base {
        Volume.Base(root: [UInt8](repeating: byte, count: 32), domain: domain)
    }

    private func volume(_ number: Int, _ base: Volume.Base?, mergedThrough: UInt64) -> Volume {
        Volume(
            id: numbered(number),
            owner: .alice,
            zone: known("us-east-1a"),
            shape: VolumeShape(stored: .gp3, sizeGiB: 8, iops: 3_000, throughput: 125, isMultiAttachEnabled: false),
            createdAt: date(),
            base: base,
            mergedThrough: mergedThrough
        )
    }

    private func row(_ snapshot: Int, of volume: Int, layer: UInt64?, number: Int, mergedThrough: UInt64 = 0) -> VolumeSnapshotTable.Row {
        VolumeSnapshotTable.Row(
            snapshot: numbered(snapshot),
            volume: numbered(volume),
            account: .alice,
            base: base(1),
            mergedThrough: mergedThrough,
            layer: layer,
            number: number
        )
    }

    @Test func aVolumeIsPutOntoAnotherBase() throws {
        let temporary = try TemporaryDatabase()
        let all = [volume(1, base(1), mergedThrough: 4), volume(2, nil, mergedThrough: 0)]
        try temporary.write { transaction throws in for volume in all { try VolumeTable(transaction).insert(volume) } }
        #expect(try temporary.read { try VolumeTable($0).volumes(ids: all.map(\.id)) } == all)
        var changed = all[0]
        (changed.base, changed.mergedThrough) = (base(2, .random()), 7)
        let made = try #require(changed.base)
        try temporary.write { try VolumeTable($0).rebase(changed.id, onto: made, mergedThrough: 7) }
        #expect(try temporary.read { try VolumeTable($0).volumes(ids: all.map(\.id)) } == [changed, all[1]])
        // What else is saved of it does not take that back.
        try temporary.write { try VolumeTable($0).update(all[0]) }
        #expect(try temporary.read { try VolumeTable($0).volume(changed.id) } == changed)
    }

    @Test func pendingSnapshotsAreNumberedAndPutOntoAnotherBase() throws {
        let temporary = try TemporaryDatabase()
        let rows = [
            row(1, of: 1, layer: nil, number: 1), row(2, of: 1, layer: 3, number: 2, mergedThrough: 2),
            row(3, of: 1, layer: 4, number: 3, mergedThrough: 2), row(4, of: 2, layer: 9, number: 1),
        ]
        #expect(try temporary.read { try VolumeSnapshotTable($0).nextNumber(of: numbered(1)) } == 1)
        try temporary.write { transaction throws in for row in rows { try VolumeSnapshotTable(transaction).insert(row) } }
        try temporary.read { transaction throws in
            let table = VolumeSnapshotTable(transaction)
            for row in rows { #expect(try table.row(of: row.snapshot) == row) }
            #expect(try table.nextNumber(of: numbered(1)) == 4)
            #expect(try table.last(of: numbered(1)) == rows[2] && table.last(of: numbered(3)) == nil)
        }
        try temporary.write { try VolumeSnapshotTable($0).rebase(numbered(1), onto: base(5, .random()), mergedThrough: 3) }
        try temporary.read { transaction throws in
            let table = VolumeSnapshotTable(transaction)
            // Without a layer it has nothing of what was written.
            #expect(try table.row(of: numbered(1)) == rows[0] && table.row(of: numbered(4)) == rows[3])
            for number in [2, 3] {
                let row = try #require(try table.row(of: numbered(number)))
                #expect(row.base?.root == base(5).root && row.base?.domain != nil && row.mergedThrough == 3)
            }
        }
    }

    @Test func oneOfAVolumeWaitsForThoseBeforeIt() throws {
        let temporary = try TemporaryDatabase()
        let rows = [row(1, of: 1, layer: 1, number: 1), row(2, of: 1, layer: 2, number: 2), row(3, of: 2, layer: 1, number: 1)]
        try temporary.write { transaction throws in
            for row in rows {
                try VolumeSnapshotTable(transaction).insert(row)
                let work = JobWork.volumeSnapshot(VolumeSnapshot(snapshot: row.snapshot))
                try JobTable(transaction).insert(Job(id: row.snapshot.rawValue, account: .alice, work: work, createdAt: date()))
            }
        }
        func waiting() throws -> Set<String> {
            try temporary.read { Set(try JobTable($0).waiting(10, of: .volumeSnapshot, at: date().addingTimeInterval(1)).map(\.id)) }
        }
        let ids = rows.map(\.snapshot.rawValue)
        #expect(try waiting() == [ids[0], ids[2]])
        try temporary.write { try VolumeSnapshotTable($0).delete(numbered(1)) }
        #expect(try waiting() == Set(ids))
    }
}
