import Domain
import Foundation
import Testing

@Suite struct QuotaTests {
    @Test func everyQuotaIsFoundByItsNames() {
        #expect(Set(Quota.all.map(\.code)).count == Quota.all.count)
        for quota in Quota.all {
            #expect(Quota.named(quota.code) == quota && Quota.named(quota.path) == quota)
            #expect(quota.code.wholeMatch(of: /[a-zA-Z][a-zA-Z0-9-]{1,128}/) != nil)
            #expect(quota.ceiling >= quota.standard && quota.standard > 0)
        }
        #expect(Quota.named("ec2/L-F55AF5E4") == nil)
        #expect(Quota.Service.allCases.flatMap(Quota.of).count == Quota.all.count)
    }

    @Test func theDefaultsAreThoseOfAWS() {
        #expect(Quota.images.standard == 50_000 && Quota.publicImages.standard == 5 && Quota.imageSharing.standard == 1_000)
        #expect(Quota.imageCopies.standard == 300 && Quota.snapshotCopies.standard == 20 && Quota.snapshots.standard == 100_000)
        #expect(Quota.users.standard == 5_000 && Quota.groups.standard == 300 && Quota.roles.standard == 1_000)
    }

    @Test func laterRequestsHaveGreaterIDs() {
        let ids = [0, 1, 1_795_376_072, 1_795_376_073].map { QuotaRequest.newID(at: Date(timeIntervalSince1970: $0)) }
        #expect(ids == ids.sorted())
        #expect(ids.allSatisfy { $0.wholeMatch(of: /[0-9a-z]{36}/) != nil })
    }
}
