import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Rows that do not end and have a desired state, driven by the loop that drives copies and jobs.
@Suite(.againstHangs) struct EndlessRowTests {
    private struct Shop {
        let world: World
        let wakeup = Wakeup()
        let host = ToyHost()

        var database: Database { world.store(World.home).database }

        /// Another process is one with a host and a clock of its own.
        func reconciler(_ host: ToyHost, wokenBy wakeup: Wakeup, ahead seconds: Double = 0) -> Reconciler<ToyWork> {
            let clock = WallClock { [clock = world.clock] in clock.now.addingTimeInterval(seconds) }
            let work = ToyWork(host: host, clock: clock)
            return Reconciler(work, in: database, wokenBy: wakeup, clock: clock, interval: .seconds(100_000), logger: world.log.logger)
        }

        func want(_ state: ToyMachine.State) async throws {
            let now = world.clock.now
            try await database.write { try ToyMachine.want(state, of: "toy", at: now, in: $0) }
            wakeup()
        }

        func state() async throws -> ToyMachine.State? { try await database.read { try ToyMachine.all(in: $0).first?.state } }

        func isFree(at date: Date) async throws -> Bool {
            try await database.read { try !ToyMachine.all("lease_until < ?", [.date(date)], in: $0).isEmpty }
        }
    }

    private func withMachine(_ body: (Shop) async throws -> Void) async throws {
        try await World.run { world in
            let shop = Shop(world: world)
            let now = world.clock.now
            try await shop.database.write { transaction in
                try ToyMachine.makeTable(transaction)
                try ToyMachine.insert("toy", at: now, in: transaction)
            }
            try await body(shop)
        }
    }

    private func driven(_ reconciler: Reconciler<ToyWork>, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await reconciler.run() }
            try await body()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test func aRowGoesWhereItIsWantedAndNeverEnds() async throws {
        try await withMachine { shop in
            try await driven(shop.reconciler(shop.host, wokenBy: shop.wakeup)) {
                for round in 1...3 {
                    try await until("it runs") { try await shop.state() == .running }
                    #expect(shop.host.isUp("toy"))
                    #expect(shop.host.boots.value == round)
                    try await shop.want(.stopped)
                    try await until("it is stopped") { try await shop.state() == .stopped }
                    #expect(!shop.host.isUp("toy"))
                    try await shop.want(.running)
                }
                try await shop.want(.terminated)
                try await until("it is terminated") { try await shop.state() == .terminated }
            }
        }
    }

    /// Hours in which nothing happens: the drive goes on, and nobody else may take the row.
    @Test func whatRunsKeepsItsLease() async throws {
        try await withMachine { shop in
            try await driven(shop.reconciler(shop.host, wokenBy: shop.wakeup)) {
                try await until("it runs") { try await shop.state() == .running }
                for _ in 0..<3 {
                    shop.world.clock.advance(seconds: 7200)
                    let now = shop.world.clock.now
                    #expect(try await shop.isFree(at: now))
                    shop.wakeup()
                    try await until("the lease is renewed") { try await !shop.isFree(at: now.addingTimeInterval(29)) }
                }
                #expect(shop.host.boots.value == 1)
            }
        }
    }

    @Test func whatGoesDownByItselfIsBroughtUpAgainLater() async throws {
        try await withMachine { shop in
            try await driven(shop.reconciler(shop.host, wokenBy: shop.wakeup)) {
                try await until("it runs") { try await shop.state() == .running }
                shop.host.crash("toy")
                try await until("it is known") { try await shop.state() == .stopped }
                shop.wakeup()
                #expect(shop.host.boots.value == 1)
                shop.world.clock.advance(seconds: 2)
                shop.wakeup()
                try await until("it runs again") { try await shop.state() == .running }
                #expect(shop.host.boots.value == 2)
            }
        }
    }

    /// A server that stops gives its rows back, and the next one has them at once.
    @Test func theNextServerGoesOnAtOnce() async throws {
        try await withMachine { shop in
            try await driven(shop.reconciler(shop.host, wokenBy: shop.wakeup)) {
                try await until("it runs") { try await shop.state() == .running }
            }
            let next = ToyHost()
            try await driven(shop.reconciler(next, wokenBy: shop.wakeup)) { try await until("it runs there") { next.isUp("toy") } }
        }
    }

    /// A process that was held up for longer than its lease finds the row gone, and stops what it does.
    @Test func whoHasLostTheLeaseStops() async throws {
        try await withMachine { shop in
            let (late, other) = (Wakeup(), ToyHost())
            try await driven(shop.reconciler(shop.host, wokenBy: late)) {
                try await until("it runs") { try await shop.state() == .running }
                try await driven(shop.reconciler(other, wokenBy: shop.wakeup, ahead: 31)) {
                    try await until("it runs there") { other.isUp("toy") }
                    // The first goes down, which is no news of the row any more.
                    shop.host.crash("toy")
                    late()
                    try await until("the first has stopped") { shop.host.drivesEnded.value == 1 }
                    #expect(try await shop.state() == .running)
                    #expect(other.isUp("toy"))
                }
                #expect(shop.host.boots.value == 1)
                #expect(other.boots.value == 1)
            }
        }
    }
}
