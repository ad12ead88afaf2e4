import Domain
import Foundation
import Metadata
import Testing

/// What completed copies tell of how fast bytes come.
@Suite struct CopyRateTests {
    private let source: Region = known("us-west-2")

    private func copy(
        _ number: Int,
        by account: AccountID = .alice,
        from source: Region? = nil,
        moved: Int64 = 100,
        began: Double? = 0,
        ended: Double,
        state: SnapshotCopy.State = .completed
    ) -> SnapshotCopy {
        SnapshotCopy(
            id: numbered(number),
            snapshotID: numbered(number),
            account: account,
            imageID: nil,
            sourceRegion: source ?? self.source,
            sourceSnapshotID: numbered(99),
            sourceRoot: [UInt8](repeating: 1, count: 32),
            createdAt: date().addingTimeInterval(-5),
            beganAt: began.map { date().addingTimeInterval($0) },
            endedAt: date().addingTimeInterval(ended),
            state: state,
            progress: .init(bytesTotal: 1000, bytesDone: 1000, bytesMoved: moved)
        )
    }

    private func snapshot(_ number: Int, isSealed: Bool) throws -> Snapshot {
        let domain = try #require(DomainID(bytes: [UInt8](repeating: 7, count: DomainID.byteCount)))
        return Snapshot(
            id: numbered(number),
            owner: .alice,
            volumeID: "",
            description: "",
            state: .completed,
            startedAt: date(),
            sizeGiB: 1,
            lineage: numbered(number),
            encryption: isSealed ? SnapshotEncryption(domain: domain, keyARN: "arn") : nil
        )
    }

    @Test func theLatestMovesAreToldAndOfAnAccountItsOwnSealedOnes() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            let (copies, snapshots) = (CopyTable(transaction), SnapshotTable(transaction))
            for number in [1, 2, 3, 9] { try snapshots.insert(try snapshot(number, isSealed: number != 2)) }
            try copies.insert(copy(1, ended: 10))
            try copies.insert(copy(2, moved: 200, began: nil, ended: 20))
            try copies.insert(copy(3, by: .bob, moved: 300, ended: 30))
            // What says nothing, or is not from there, or too old.
            try copies.insert(copy(4, moved: 0, ended: 40))
            try copies.insert(copy(5, from: known("eu-west-1"), ended: 50))
            try copies.insert(copy(6, ended: 60, state: .failed))
            try copies.insert(copy(7, ended: -1000))
        }
        try temporary.read { transaction throws in
            let table = CopyTable(transaction)
            func moves(of account: AccountID?, limit: Int = 9) throws -> [Int64] {
                try table.latestMoves(from: source, of: account, since: date().addingTimeInterval(-100), limit: limit).map(\.bytes)
            }
            #expect(try moves(of: nil) == [300, 200, 100])
            #expect(try moves(of: nil, limit: 2) == [300, 200])
            #expect(try moves(of: .alice) == [100])
            #expect(try moves(of: .bob) == [300])
            let second = try table.latestMoves(from: source, of: nil, since: date(), limit: 9)[1]
            #expect(second.from == date().addingTimeInterval(-5) && second.to == date().addingTimeInterval(20))
        }
    }

    @Test func whichSnapshotsAreSealedAndTheRootsOfTheOthers() throws {
        let temporary = try TemporaryDatabase()
        func root(_ number: Int) -> [UInt8] { [UInt8](repeating: UInt8(number), count: 32) }
        try temporary.write { transaction throws in
            let table = SnapshotTable(transaction)
            for number in 1...4 {
                var snapshot = try snapshot(number, isSealed: number == 4)
                snapshot.lineage = numbered(1)
                snapshot.root = root(number)
                snapshot.completedAt = date().addingTimeInterval(Double(number == 3 ? 0 : number))
                try table.insert(snapshot)
            }
            try table.insert(.sample(5))
        }
        try temporary.read { transaction throws in
            let table = SnapshotTable(transaction)
            #expect(try table.sealed(among: (1...6).map { numbered($0) }) == [numbered(4)])
            #expect(try table.openRoots(of: .alice, lineage: numbered(1), limit: 9) == [root(2), root(1), root(3)])
            #expect(try table.openRoots(of: .alice, lineage: numbered(1), limit: 1) == [root(2)])
            #expect(try table.openRoots(of: .bob, lineage: numbered(1), limit: 9).isEmpty)
            #expect(try table.openRoots(of: .alice, lineage: numbered(5), limit: 9).isEmpty)
        }
    }

    /// Copies of before are taken to have ended when their snapshots were completed.
    @Test func copiesOfBeforeHaveEnded() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            for (number, state) in [(1, SnapshotCopy.State.completed), (2, .failed), (3, .running)] {
                var snapshot = try snapshot(number, isSealed: true)
                snapshot.completedAt = date()
                try SnapshotTable(transaction).insert(snapshot)
                try CopyTable(transaction).insert(copy(number, ended: 5, state: state))
            }
            try transaction.undoCopyTimes()
            try transaction.execute("DELETE FROM schema_steps WHERE number = ?", [.integer(Schema.region.stepCount)])
        }
        try temporary.database.close()
        let again = try temporary.openAgain()
        try again.blockingRead { transaction throws in
            let table = CopyTable(transaction)
            #expect(try table.copy(numbered(1))?.endedAt == date())
            #expect(try table.copy(numbered(2))?.endedAt == nil && table.copy(numbered(3))?.endedAt == nil)
            let moves = try table.latestMoves(from: source, of: nil, since: .distantPast, limit: 9)
            #expect(moves == [SeenRate.Move(bytes: 100, from: date().addingTimeInterval(-5), to: date())])
        }
        try again.close()
    }
}
