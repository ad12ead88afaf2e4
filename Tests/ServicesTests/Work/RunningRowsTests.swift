import Foundation
import Services
import Testing

/// Which drives are told to stop.
@Suite struct RunningRowsTests {
    private struct Row: Identifiable, Sendable {
        let id: Int
    }

    private func running(_ ids: Int...) -> RunningRows<Row> {
        let rows = RunningRows<Row>()
        for id in ids { _ = rows.start(Row(id: id), leaseUntil: Date(timeIntervalSince1970: 100)) }
        return rows
    }

    @Test func whatIsNoLongerWantedIsStopped() {
        let rows = running(1, 2, 3)
        #expect(rows.stopAll(but: [2]) == [1, 3])
    }

    /// A drive that saves its end makes its row one that nobody wants any more: that is no reason to stop it before it has told so.
    @Test func whatEndsByItselfIsNotStopped() {
        let rows = running(1, 2)
        rows.note(.ending, of: 1)
        #expect(rows.stopAll(but: []) == [2])
    }

    @Test func whatCouldNotEndIsStopped() {
        let rows = running(1)
        rows.note(.ending, of: 1)
        rows.note(.kept, of: 1)
        #expect(rows.stopAll(but: []) == [1])
    }

    @Test func aLeaseThatWasRenewedEndsLater() {
        let rows = running(1, 2)
        rows.note(.renewed(until: Date(timeIntervalSince1970: 200)), of: 1)
        #expect(rows.leases(endingBefore: Date(timeIntervalSince1970: 150)) == [2])
    }

    @Test func whatHasEndedIsForgotten() {
        let rows = running(1, 2)
        rows.end(1)
        rows.note(.ending, of: 1)
        #expect(rows.rows.map(\.id) == [2])
        #expect(rows.stopAll(but: []) == [2])
    }
}
