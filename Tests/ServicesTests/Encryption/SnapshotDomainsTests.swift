import Domain
import Foundation
import Metadata
import Sealing
import Services
import Testing

@Suite struct SnapshotDomainsTests {
    @Test func twoAtOnceMakeOne() async throws {
        try await World.run { world in
            let call = world.call(World.home)
            let (first, second) = (try await Keys(call).create(KeyCreation()).key, try await Keys(call).create(KeyCreation()).key)
            let made = await together(8) { _ in try await call.domains.domain(for: first, account: World.account) }
            let ids = try Set(made.map { try $0.get() })
            #expect(ids.count == 1)
            let other = try await call.domains.domain(for: second, account: World.account)
            let strangers = try await call.domains.domain(for: first, account: known("999999999999"))
            #expect(ids.union([other, strangers]).count == 3)
        }
    }

    @Test func theDataKeyIsTheSameForeverAndStopsWithItsKey() async throws {
        try await World.run { world in
            let call = world.call(World.home)
            let keys = Keys(call)
            let key = try await keys.create(KeyCreation()).key
            let id = try await call.domains.domain(for: key, account: World.account)
            let dataKey = try await call.domains.dataKey(of: id)
            #expect(dataKey.count == 32)
            // Another process has nothing kept.
            let another = world.anotherProcess()
            let store = try another.store(of: World.home)
            #expect(try await another.domains(of: store).dataKey(of: id).isEqual(to: dataKey))
            for _ in 0..<3 {
                #expect(try await call.domains.dataKey(of: id).isEqual(to: dataKey))
                try await keys.disable(key.id.rawValue)
                let refusal = await #expect(throws: KeyUnusable.self) { _ = try await call.domains.dataKey(of: id) }
                #expect(refusal == KeyUnusable(key.arn, .disabled))
                try await keys.enable(key.id.rawValue)
            }
            #expect(try await call.domains.dataKey(of: id).isEqual(to: dataKey))
        }
    }

    @Test func anAccountHasADomainOfS3sOwn() async throws {
        try await World.run { world in
            let call = world.call(World.home)
            let made = await together(8) { _ in try await call.domains.s3Domain(of: World.account) }
            let ids = try Set(made.map { try $0.get() })
            let id = try #require(ids.first)
            #expect(ids.count == 1)
            let strangers = try await call.domains.s3Domain(of: known("999999999999"))
            let away = try await world.call(World.away).domains.s3Domain(of: World.account)
            #expect(Set([id, strangers, away]).count == 3)
            let dataKey = try await call.domains.dataKey(of: id)
            let another = world.anotherProcess()
            #expect(try await another.domains(of: another.store(of: World.home)).dataKey(of: id).isEqual(to: dataKey))
            #expect(dataKey.count == 32)
            #expect(try await !call.domains.dataKey(of: strangers).isEqual(to: dataKey))
            // No account sees a key of it.
            #expect(try await Keys(call).list(KeyPageRequest()).elements.isEmpty)
            // In the place of another it does not open.
            try await call.store.database.write { transaction in
                let table = DomainTable(transaction)
                if let row = try table.domain(id) { try table.setWrapped(row.wrapped, of: strangers) }
            }
            await #expect(throws: DataKeyDamaged.self) { _ = try await call.domains.dataKey(of: strangers) }
        }
    }

    @Test func whatHasNoRowHasNoKey() async throws {
        try await World.run { world in
            let id = DomainID.random()
            let error = await #expect(throws: UnknownDomain.self) { _ = try await world.call(World.home).domains.dataKey(of: id) }
            #expect(error?.id == id)
        }
    }

    @Test func aWrappedKeyOpensInItsOwnRowAlone() async throws {
        try await World.run { world in
            let call = world.call(World.home)
            let key = try await Keys(call).create(KeyCreation()).key
            let id = try await call.domains.domain(for: key, account: World.account)
            let moved = DomainID.random()
            try await call.store.database.write { transaction in
                let table = DomainTable(transaction)
                guard let row = try table.domain(id) else { return }
                try table.insert(
                    .init(id: moved, account: known("999999999999"), key: row.key, wrapped: row.wrapped, createdAt: row.createdAt)
                )
            }
            await #expect(throws: DataKeyDamaged.self) { _ = try await call.domains.dataKey(of: moved) }
        }
    }
}
