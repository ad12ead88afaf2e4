import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Policies and grants of an older Ferry, which kept nothing of whom they name.
@Suite(.againstHangs) struct PrincipalBindingTests {
    @Test func whatIsKeptOfBeforeIsOfWhoHasTheNamesNow() async throws {
        try await World.withAccounts { world in
            let user = try await Users(world.call(World.home)).create("ann", path: "/")
            let (ann, gone) = (user.arn(in: "aws").description, "arn:aws:iam::\(World.account):user/gone")
            let statement = #"{"Effect":"Allow","Principal":{"AWS":["\#(ann)","\#(gone)","*"]},"Action":"kms:*","Resource":"*"}"#
            let document = #"{"Version":"2012-10-17","Statement":\#(statement)}"#
            let trust = document.replacing(#","Resource":"*""#, with: "").replacing("kms:*", with: "sts:AssumeRole")
            let role = IAMIdentity(
                id: IAMIdentity.randomID(of: .role),
                account: World.account,
                kind: .role,
                name: "role",
                path: "/",
                trust: trust,
                createdAt: world.clock.now
            )
            try await world.deployment.directory.write { try IAMIdentityTable($0).insert(role) }
            let store = world.store(World.home)
            let key = KMSKey(account: World.account, region: World.home, createdAt: world.clock.now, policy: document)
            let grant = KeyGrant(
                key: key.id,
                name: nil,
                grantee: ann,
                retiringPrincipal: gone,
                issuer: World.account,
                operations: [.decrypt],
                constraint: nil,
                createdAt: world.clock.now
            )
            let bucket: BucketName = known("depot")
            try await store.database.write { [clock = world.clock] transaction in
                try KeyTable(transaction, in: World.home).insert(key)
                try GrantTable(transaction).insert(grant)
                try BucketTable(transaction).insert(Bucket(name: bucket, owner: World.account, createdAt: clock.now))
                var settings = BucketSettings.standard
                settings.policy = BucketPolicy(checked: document)
                try BucketTable(transaction).set(settings, of: bucket)
            }
            let expected = PrincipalIDs([ann: user.id])
            #expect(try await store.database.read { try BucketTable($0).unbound(limit: 9) } == [bucket])
            // The second time there is nothing left to do.
            for _ in 0..<2 {
                try await PrincipalBinding(directory: world.deployment.directory).run(in: [store])
                #expect(try await world.deployment.directory.read { try IAMIdentityTable($0).find(id: role.id) }?.trustIDs == expected)
                try await store.database.read { transaction throws in
                    #expect(try KeyTable(transaction, in: World.home).key(key.id)?.policyIDs == expected)
                    #expect(try GrantTable(transaction).grant(grant.id)?.principalIDs == expected)
                    #expect(try GrantTable(transaction).grants(on: key.id, to: [], ids: [user.id]).map(\.id) == [grant.id])
                    #expect(try BucketTable(transaction).settings(of: bucket).policyIDs == expected)
                    #expect(try BucketTable(transaction).unbound(limit: 9).isEmpty)
                }
            }
        }
    }
}
