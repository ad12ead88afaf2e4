import Domain
import Testing

/// Who sees what, by rows of a table: the rule without a database.
@Suite struct ViewerTests {
    private static let organization = "arn:aws:organizations::111122223333:organization/o-exampleorgid"
    private static let unit = "arn:aws:organizations::111122223333:ou/o-exampleorgid/ou-ab12-11111111"
    private static let otherUnit = "arn:aws:organizations::111122223333:ou/o-exampleorgid/ou-ab12-22222222"
    private static let alice: AccountID = known("111122223333")
    private static let bob: AccountID = known("444455556666")
    private static let carol: AccountID = known("777788889999")

    private let viewer = Viewer(account: Self.alice, membership: Membership(organization: Self.organization, units: [Self.unit]))

    @Test(
        arguments: [
            (owner: alice, shared: [], isSeen: true), (owner: bob, shared: [], isSeen: false),
            (owner: bob, shared: [.account(alice)], isSeen: true), (owner: bob, shared: [.account(carol)], isSeen: false),
            (owner: bob, shared: [.everyone], isSeen: true), (owner: bob, shared: [.organization(organization)], isSeen: true),
            (owner: bob, shared: [.organizationalUnit(unit)], isSeen: true),
            (owner: bob, shared: [.organizationalUnit(otherUnit)], isSeen: false),
        ] as [(AccountID, Set<ShareTarget>, Bool)]
    )
    func whoSeesWhat(_ owner: AccountID, _ shared: Set<ShareTarget>, _ isSeen: Bool) throws {
        #expect(viewer.reach.holds(owner: owner, sharedWith: shared) == isSeen)
        let stranger = Viewer(account: Self.alice, membership: .none)
        let isMember = !shared.isDisjoint(with: [.organization(Self.organization), .organizationalUnit(Self.unit)])
        #expect(stranger.reach.holds(owner: owner, sharedWith: shared) == (isSeen && !isMember))
    }

    /// What a listing holds of six things, by their numbers: own, own and public, own shared with Bob; Bob's public, Bob's shared with Alice,
    /// Bob's shared with the unit; Carol's, shared with Bob and public.
    private static let things: [(owner: AccountID, shared: Set<ShareTarget>)] = [
        (alice, []), (alice, [.everyone]), (alice, [.account(bob)]), (bob, [.everyone]), (bob, [.account(alice)]),
        (bob, [.organizationalUnit(unit)]), (carol, [.account(bob), .everyone]), (carol, [.account(bob)]),
    ]

    @Test(
        arguments: [
            (owners: [], users: [], found: [0, 1, 2, 3, 4, 5, 6]),
            (owners: ["self"], users: [], found: [0, 1, 2]),
            (owners: ["111122223333"], users: [], found: [0, 1, 2]),
            (owners: ["444455556666"], users: [], found: [3, 4, 5]),
            (owners: ["self", "777788889999"], users: [], found: [0, 1, 2, 6]),
            (owners: ["amazon"], users: [], found: []),
            (owners: ["amazon", "444455556666"], users: ["all"], found: [3]),
            (owners: [], users: ["self"], found: [4, 5]),
            (owners: [], users: ["111122223333"], found: [4, 5]),
            (owners: [], users: ["all"], found: [1, 3, 6]),
            // With whom others share is not told: 6 is public, and shared with Bob, too.
            (owners: [], users: ["444455556666"], found: [2]),
            (owners: ["777788889999"], users: ["444455556666"], found: []),
            (owners: ["self"], users: ["all", "444455556666"], found: [1, 2]),
        ] as [([String], [String], [Int])]
    )
    func whatAListingHolds(_ owners: [String], _ users: [String], _ found: [Int]) throws {
        let reach = try viewer.reach(owners: owners, users: users)
        #expect(numbers(within: reach) == found)
    }

    @Test func filtersNarrowAsFarAsAnIndexGoes() throws {
        #expect(numbers(within: try viewer.reach(owners: [], ownerIDs: ["444455556666", "nobody"], users: [])) == [3, 4, 5])
        #expect(numbers(within: try viewer.reach(owners: [], ownerIDs: ["nobody"], users: [])) == [])
        #expect(numbers(within: try viewer.reach(owners: ["self"], ownerIDs: ["444455556666"], users: [])) == [])
        #expect(numbers(within: try viewer.reach(owners: [], users: [], isPublic: true)) == [1, 3, 6])
        // RestorableBy self has one's own, too.
        #expect(numbers(within: try viewer.reach(owners: [], users: ["self"], ownersCount: true)) == [0, 1, 2, 4, 5])
        #expect(try viewer.reach(owners: ["self"], users: []).soleOwner == Self.alice)
    }

    @Test func whatIsNobodyIsRefused() {
        for (owners, users) in [(["nobody"], []), ([], ["nobody"]), ([], ["amazon"]), (["12345678901"], [])] as [([String], [String])] {
            let fault = #expect(throws: Fault.self) { try viewer.reach(owners: owners, users: users) }
            #expect(fault?.code == .invalidUserIDMalformed)
        }
    }

    private func numbers(within reach: Reach) -> [Int] {
        Self.things.indices.filter { reach.holds(owner: Self.things[$0].owner, sharedWith: Self.things[$0].shared) }
    }
}
