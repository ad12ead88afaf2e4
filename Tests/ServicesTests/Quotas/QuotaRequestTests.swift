import Domain
import Foundation
import Services
import TestSupport
import Testing

/// Requests for higher quotas, and the operator who decides them.
@Suite struct QuotaRequestTests {
    private func quotas(_ world: World, by account: AccountID = World.account) -> Quotas { Quotas(world.call(World.home, by: account)) }

    @Test func aRequestWaitsForTheOperatorAndHoldsWhenGranted() async throws {
        try await OrganizationsTests.run { world, organizations in
            let member = try await organizations.newAccount("member")
            let (asked, operators) = (quotas(world, by: member), QuotaAdministration(world.call(World.home)))
            let request = try await asked.request(60_000, of: "L-B665C33B", service: "ec2")
            #expect(request.status == .pending && request.desired == 60_000 && request.region == World.home)
            #expect(try await asked.quota("L-B665C33B", of: "ec2").value == 50_000)
            await expectFault(.quotaRequestExists) { _ = try await asked.request(70_000, of: "L-B665C33B", service: "ec2") }
            // Another Region's is another quota.
            let away = Quotas(world.call(World.away, by: member))
            let elsewhere = try await away.request(70_000, of: "L-B665C33B", service: "ec2")
            await expectFault(.noSuchQuota) { _ = try await asked.request(elsewhere.id) }
            let waiting = try await operators.requests(status: .pending, .all).elements.map(\.id)
            #expect(waiting == [elsewhere.id, request.id].sorted().reversed())
            world.clock.advance(seconds: 5)
            let granted = try await operators.grant(request.id)
            #expect(granted.status == .approved && granted.updatedAt == world.clock.now)
            #expect(try await asked.quota("L-B665C33B", of: "ec2").value == 60_000)
            #expect(try await away.quota("L-B665C33B", of: "ec2").value == 50_000)
            #expect(try asked.standard("L-B665C33B", of: "ec2").value == 50_000)
            await expectFault(.invalidQuotaState) { _ = try await operators.deny(request.id) }
            #expect(try await operators.deny(elsewhere.id).status == .denied)
            #expect(try await away.quota("L-B665C33B", of: "ec2").value == 50_000)
            let approved = try await asked.requests(service: "ec2", code: nil, status: "APPROVED", .all).elements.map(\.id)
            #expect(approved == [request.id])
            let others = try await quotas(world).requests(service: nil, code: nil, status: nil, .all).elements
            #expect(others.isEmpty)
            await expectFault(.noSuchQuota) { _ = try await quotas(world).request(request.id) }
        }
    }

    @Test func whatCannotBeAskedForIsRefused() async throws {
        try await OrganizationsTests.run { world, _ in
            let asked = quotas(world)
            await expectFault(.noSuchQuota) { _ = try await asked.request(1, of: "L-B665C33B", service: "ebs") }
            await expectFault(.noSuchQuota) { _ = try await asked.request(1, of: "L-B665C33B", service: "lambda") }
            await expectFault(.illegalArgument) { _ = try await asked.request(50_000, of: "L-B665C33B", service: "ec2") }
            await expectFault(.illegalArgument) { _ = try await asked.request(50_000.5, of: "L-B665C33B", service: "ec2") }
            await expectFault(.illegalArgument) { _ = try await asked.request(1e9, of: "L-B665C33B", service: "ec2") }
            await expectFault(.illegalArgument) { _ = try await asked.request(3, of: Quota.accessKeysOfUser.code, service: "iam") }
            let made = try await asked.requests(service: nil, code: nil, status: nil, .all).elements
            #expect(made.isEmpty)
        }
    }

    @Test func onlySoManyRequestsWait() async throws {
        try await OrganizationsTests.run { world, _ in
            let adjustable = Quota.all.filter(\.isAdjustable)
            var asked = 0
            for region in [World.home, World.away] {
                for quota in adjustable where asked < QuotaRequest.pendingMax && (quota.scope == .region || region == World.home) {
                    let desired = Double(quota.standard + 1)
                    _ = try await Quotas(world.call(region)).request(desired, of: quota.code, service: quota.service.rawValue)
                    asked += 1
                }
            }
            let more = try #require(adjustable.last { $0.scope == .region })
            await expectFault(.tooManyQuotaRequests) {
                _ = try await Quotas(world.call(World.away)).request(
                    Double(more.standard + 1),
                    of: more.code,
                    service: more.service.rawValue
                )
            }
            // Lists page, each request once.
            var (ids, token): ([String], String?) = ([], nil)
            repeat {
                let page = try await QuotaAdministration(world.call(World.home))
                    .requests(status: nil, PageRequest(maxResults: 7, nextToken: token, sizes: 1...100))
                ids += page.elements.map(\.id)
                token = page.nextToken
            } while token != nil
            #expect(ids.count == QuotaRequest.pendingMax && Set(ids).count == ids.count)
        }
    }

    @Test func onlyTheManagementAccountDecides() async throws {
        try await OrganizationsTests.run { world, organizations in
            let member = try await organizations.newAccount("member")
            let request = try await quotas(world, by: member).request(60_000, of: "L-B665C33B", service: "ec2")
            let other = QuotaAdministration(world.call(World.home, by: member))
            await expectFault(.accessDeniedException) { _ = try await other.grant(request.id) }
            await expectFault(.accessDeniedException) { _ = try await other.deny(request.id) }
            await expectFault(.accessDeniedException) { _ = try await other.requests(status: nil, .all) }
            await expectFault(.accessDeniedException) { _ = try await other.quotas(of: member) }
            await expectFault(.accessDeniedException) { _ = try await other.set("L-B665C33B", of: member, to: 5) }
            #expect(try await quotas(world, by: member).request(request.id).status == .pending)
        }
    }

    @Test func theOperatorSetsWhatNobodyAskedFor() async throws {
        try await OrganizationsTests.run { world, organizations in
            let member = try await organizations.newAccount("member")
            let operators = QuotaAdministration(world.call(World.home))
            #expect(try await operators.set("ec2/L-B665C33B", of: member, to: 3).value == 3)
            #expect(try await operators.quotas(of: member).first { $0.quota == .images }?.value == 3)
            await expectFault(.noSuchQuota) { _ = try await operators.set("L-00000000", of: member, to: 3) }
            await expectFault(.illegalArgument) { _ = try await operators.set("L-B665C33B", of: member, to: -1) }
            await expectFault(.illegalArgument) { _ = try await operators.set("L-B665C33B", of: member, to: 1_000_001) }
            await expectFault(.illegalArgument) { _ = try await operators.set(Quota.accounts.code, of: member, to: 5) }
            await expectFault(.accountNotFound) { _ = try await operators.set("L-B665C33B", of: World.stranger, to: 3) }
        }
    }
}

extension PageRequest {
    fileprivate static let all = PageRequest(maxResults: 100, sizes: 1...100)
}
