import Domain
import Foundation
import Logging
import Metadata

/// Drives the rows of one kind of long work, each in a task of its own and under a lease.
///
/// It takes no input: it looks for rows whose lease is free, does what is left of each, and saves. It runs at start, when woken and every
/// few seconds, so that going on after a crash is the same code as going on after a call.
package struct Reconciler<Work: LongWork>: Sendable {
    private let work: Work
    private let database: Database
    private let wakeup: Wakeup
    private let clock: WallClock
    private let interval: Duration
    private let logger: Logger
    private let running = RunningRows<Work.Row>()
    /// Names this reconciler in the leases that it takes.
    private let owner = UUID().uuidString

    /// - Parameter interval: how often it looks without being woken.
    package init(
        _ work: Work,
        in database: Database,
        wokenBy wakeup: Wakeup,
        clock: WallClock,
        interval: Duration = .seconds(2),
        logger: Logger
    ) {
        self.work = work
        self.database = database
        self.wakeup = wakeup
        self.clock = clock
        self.interval = interval
        self.logger = logger
    }

    /// Returns when its task is cancelled and all drives have ended.
    package func run() async {
        let sleeper = wakeup.sleeper()
        await work.start()
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                await step(in: &group)
                await sleeper.sleep(atMost: interval)
            }
            group.cancelAll()
        }
    }

    /// Keeps the leases of what runs, stops what is no longer wanted, and starts what is due and has a place.
    private func step(in group: inout DiscardingTaskGroup) async {
        do {
            let now = clock.now
            let rows = running.rows
            try await work.prepare(for: rows, at: now)
            guard try await database.read({ try work.hasAny(in: $0) }) else {
                running.stopAll(but: [])
                return
            }
            let lease = Lease(of: owner, at: now)
            let ending = running.leases(endingBefore: now.addingTimeInterval(Lease.renewalSeconds))
            let round = try await database.write { try look(lease, rows, ending, at: now, in: $0) }
            for id in round.renewed { running.note(.renewed(until: lease.until), of: id) }
            running.stopAll(but: round.wanted)
            for row in round.leased { start(row, lease, in: &group) }
        } catch {
            if !(error is CancellationError) {
                logger.error("Looking for \(work.name) failed", metadata: .error(error))
            }
        }
    }

    private struct Round: Sendable {
        let renewed: [Work.Row.ID]
        let wanted: Set<Work.Row.ID>
        let leased: [Work.Row]
    }

    /// Changes rows alone, so that it may be repeated.
    private func look(
        _ lease: Lease,
        _ rows: [Work.Row],
        _ ending: [Work.Row.ID],
        at now: Date,
        in transaction: Transaction
    ) throws -> Round {
        let leases = LeaseTable(work.rows, transaction)
        // Before anything is leased, so that a row whose lease has run out under its drive takes no place of another. What is slow keeps
        // its lease although it has nothing to report.
        let renewed = try ending.filter { try leases.renew("\($0)", lease) }
        let wanted = try work.wanted(of: lease.owner, in: transaction)
        // One whose drive has not ended yet is not taken again: two drives of a row under one owner could not be told apart.
        let driven = Set(rows.map(\.id))
        let waiting = try work.waiting(beside: rows, at: now, in: transaction).filter { !driven.contains($0.id) }
        let leased = try waiting.filter { try leases.take("\($0.id)", lease, at: now) }
        return Round(renewed: renewed, wanted: wanted, leased: leased)
    }

    private func start(_ row: Work.Row, _ lease: Lease, in group: inout DiscardingTaskGroup) {
        let stop = running.start(row, leaseUntil: lease.until)
        let id = row.id
        let held = HeldLease(id: "\(id)", owner: owner, rows: work.rows, database: database, clock: clock) { [running] change in
            running.note(change, of: id)
        }
        group.addTask {
            await drive(row, under: held, until: stop)
            running.end(id)
            wakeup()
        }
    }

    private func drive(_ row: Work.Row, under lease: HeldLease, until stop: AsyncStream<Never>) async {
        do {
            do {
                try await work.drive(row, under: lease, until: stop)
            } catch let error where error is NoLongerWanted || error is CancellationError || Task.isCancelled {
                // The row was changed, or the server stops: whoever looks next goes on at once.
                try await lease.giveBack()
            }
        } catch {
            // Nothing is lost: the row still says that it is to be driven, and its lease runs out.
            logger.error("Saving one of the \(work.name) failed", metadata: .error(error, ["id": "\(row.id)"]))
        }
    }
}
