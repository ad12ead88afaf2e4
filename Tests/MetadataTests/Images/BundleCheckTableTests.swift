import Domain
import Foundation
import Metadata
import Testing

@Suite struct BundleCheckTableTests {
    private func check(_ number: Int, by account: AccountID = .alice, at seconds: Double = 0) -> BundleCheck {
        BundleCheck(imageID: numbered(number), account: account, createdAt: date().addingTimeInterval(seconds))
    }

    private func table(_ checks: [BundleCheck]) throws -> TemporaryDatabase {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            for check in checks {
                var image = Image.sample(0, name: check.imageID.rawValue, state: .pending)
                image = Image(
                    id: check.imageID,
                    owner: check.account,
                    name: image.name,
                    description: "",
                    state: .pending,
                    createdAt: check.createdAt,
                    traits: image.traits,
                    rootDeviceName: "",
                    devices: []
                )
                try ImageTable(transaction).insert(image)
                try BundleCheckTable(transaction).insert(check)
            }
        }
        return temporary
    }

    @Test func thoseThatWaitLongestComeFirst() throws {
        let checks = [check(1, at: 2), check(2, at: 1), check(3, by: .bob, at: 3), check(4, at: 9)]
        let temporary = try table(checks)
        let now = date().addingTimeInterval(5)
        #expect(try temporary.read { try BundleCheckTable($0).due(at: now, limit: 10) } == [checks[1], checks[0], checks[2]])
        #expect(try temporary.read { try BundleCheckTable($0).due(at: now, limit: 1) } == [checks[1]])
        #expect(try temporary.read { try BundleCheckTable($0).count(of: .alice) } == 3)
        #expect(try temporary.read { try BundleCheckTable($0).count(of: .bob) } == 1)
    }

    @Test func whatFailedGoesBehindTheOthers() throws {
        let temporary = try table([check(1), check(2)])
        let later = date().addingTimeInterval(4)
        try temporary.write { try BundleCheckTable($0).postpone(numbered(1), attempts: 2, until: later) }
        #expect(try temporary.read { try BundleCheckTable($0).due(at: date(), limit: 10) } == [check(2)])
        let expected = BundleCheck(imageID: numbered(1), account: .alice, createdAt: date(), attempts: 2, dueAt: later)
        #expect(try temporary.read { try BundleCheckTable($0).due(at: later, limit: 10) } == [check(2), expected])
    }

    @Test func itEndsOnce() throws {
        let temporary = try table([check(1)])
        #expect(try temporary.write { try BundleCheckTable($0).delete(numbered(1)) })
        #expect(try !temporary.write { try BundleCheckTable($0).delete(numbered(1)) })
        #expect(try temporary.read { try BundleCheckTable($0).check(of: numbered(1)) } == nil)
    }
}
