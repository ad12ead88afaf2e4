import Domain
import Metadata
import TestSupport
import Testing

/// What the statements find, beside the rule itself over everything.
@Suite struct ReachTests {
    private static let organization = ShareTarget.organization("arn:aws:organizations::111122223333:organization/o-exampleorgid")
    private static let carol: AccountID = known("777788889999")
    private static let accounts: [AccountID] = [.alice, .bob, carol]
    private static let targets: [ShareTarget] = accounts.map { .account($0) } + [.everyone, organization]

    private func reach(_ random: inout SeededGenerator) -> Reach {
        let parts = (0..<Int.random(in: 0...4, using: &random)).map { _ -> Reach.Part in
            guard !random.oneIn(3) else { return .owned(random.pick(Self.accounts)) }
            let owners = random.oneIn(2) ? nil : Set((0..<2).map { _ in random.pick(Self.accounts) })
            return .shared(with: random.pick(Self.targets), by: owners)
        }
        return Reach(parts: parts, closed: random.oneIn(2) ? .none : ClosedAccounts(Set((0..<2).map { _ in random.pick(Self.accounts) })))
    }

    private func shares(_ random: inout SeededGenerator) -> Set<ShareTarget> {
        random.oneIn(2) ? [] : Set((0..<Int.random(in: 1...3, using: &random)).map { _ in random.pick(Self.targets) })
    }

    @Test(arguments: seeds(2))
    func imagesArePagedAsTheRuleSays(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let temporary = try TemporaryDatabase()
        var all: [(image: Image, shared: Set<ShareTarget>)] = []
        for number in 0..<200 {
            let state: ImageState = random.pick([.available, .available, .pending, .deregistered])
            var image = Image.sample(number, owner: random.pick(Self.accounts), state: state)
            let shared = shares(&random)
            image.isPublic = shared.contains(.everyone)
            if random.oneIn(3) { image.tags = [Tag(key: "k", value: "v")] }
            all.append((image, shared))
        }
        let rows = all
        try temporary.write { transaction throws in
            for (image, shared) in rows {
                try ImageTable(transaction).insert(image)
                try ShareTable(transaction, of: .image).add(shared, to: image.id.rawValue, of: image.owner)
                try TagTable(transaction).set(image.tags, on: .image(image.id), by: .alice)
            }
        }
        for _ in 0..<200 {
            let reach = reach(&random)
            var search = ImageSearch()
            search.reach = reach
            if random.oneIn(4) { search.states = ["available"] }
            if random.oneIn(4) { search.names = (0..<30).map { _ in random.pick(rows).image.name } }
            if random.oneIn(4) { search.tags = [TagSearch(key: "k", values: ["v"], by: .alice)] }
            let wanted = search
            let expected = rows.filter { image, shared in
                image.state != .deregistered && reach.holds(owner: image.owner, sharedWith: shared)
                    && wanted.states?.contains(image.state.rawValue) ?? true && wanted.names?.contains(image.name) ?? true
                    && (wanted.tags.isEmpty || !image.tags.isEmpty)
            }.map(\.image)
            var found: [Image] = []
            let limit = Int.random(in: 1...20, using: &random)
            while true {
                let place = found.last?.id
                let page = try temporary.read { try ImageTable($0).page(of: wanted, after: place, limit: limit, taggedBy: .alice) }
                found += page
                guard page.count == limit else { break }
            }
            #expect(found == expected, "\(search)")
        }
    }

    @Test(arguments: seeds(2))
    func snapshotsArePagedAsTheRuleSaysAndBlockedOnesAreNotPublic(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let temporary = try TemporaryDatabase()
        var all: [(snapshot: Snapshot, shared: Set<ShareTarget>)] = []
        for number in 0..<150 {
            let snapshot = Snapshot.sample(number, owner: random.pick(Self.accounts), state: .completed)
            all.append((snapshot, shares(&random)))
        }
        let rows = all
        try temporary.write { transaction throws in
            for (snapshot, shared) in rows {
                try SnapshotTable(transaction).insert(snapshot)
                try ShareTable(transaction, of: .snapshot).add(shared, to: snapshot.id.rawValue, of: snapshot.owner)
            }
            for (account, state) in [(AccountID.bob, SnapshotBlockPublicAccess.blockAllSharing), (Self.carol, .blockNewSharing)] {
                var settings = SharingSettings()
                settings.snapshots = state
                try SharingSettingsTable(transaction).set(settings, of: account)
            }
        }
        for _ in 0..<150 {
            let reach = reach(&random)
            var search = SnapshotSearch()
            search.reach = reach
            let wanted = search
            let expected = rows.filter { snapshot, shared in
                reach.holds(owner: snapshot.owner, sharedWith: snapshot.owner == .bob ? shared.subtracting([.everyone]) : shared)
            }.map(\.snapshot)
            var found: [Snapshot] = []
            let limit = Int.random(in: 1...20, using: &random)
            while true {
                let place = found.last?.id
                let page = try temporary.read { try SnapshotTable($0).page(of: wanted, after: place, limit: limit) }
                found += page
                guard page.count == limit else { break }
            }
            #expect(found == expected, "\(search)")
            let some = rows.filter { _ in random.oneIn(2) }.map(\.snapshot.id.rawValue)
            let within = try temporary.read { try ShareTable($0, of: .snapshot).ids(among: some, within: reach) }
            #expect(within == Set(some).intersection(expected.map(\.id.rawValue)))
        }
    }

    @Test func sharesComeAndGo() throws {
        let temporary = try TemporaryDatabase()
        let bob = ShareTarget.account(.bob)
        try temporary.write { transaction throws in
            for number in 1...3 {
                try ImageTable(transaction).insert(.sample(number))
                try ShareTable(transaction, of: .image).add([.everyone, bob], to: (numbered(number) as ImageID).rawValue, of: .alice)
            }
            let table = ShareTable(transaction, of: .image)
            try table.add([bob], to: (numbered(1) as ImageID).rawValue, of: .alice)
            try table.remove([.everyone, Self.organization], from: (numbered(1) as ImageID).rawValue)
            try table.removeAll(of: (numbered(2) as ImageID).rawValue)
        }
        try temporary.read { transaction throws in
            let table = ShareTable(transaction, of: .image)
            #expect(try table.targets(of: (numbered(1) as ImageID).rawValue) == [bob])
            #expect(try table.targets(of: (numbered(2) as ImageID).rawValue).isEmpty)
            #expect(try table.publicCount(of: .alice) == 1)
            #expect(try table.publicCount(of: .bob) == 0)
            #expect(try ImageTable(transaction).images(ids: [numbered(1), numbered(3)]).map(\.isPublic) == [false, true])
        }
    }

    @Test func settingsComeBackAsTheyWereSet() throws {
        let temporary = try TemporaryDatabase()
        var settings = SharingSettings()
        settings.images = .blockNewSharing
        settings.allowed = AllowedImages(
            state: .auditMode,
            criteria: [ImageCriterion(providers: ["none"]), ImageCriterion(names: ["a*"], maximumDaysSinceCreated: 3)]
        )
        let set = settings
        try temporary.write { try SharingSettingsTable($0).set(set, of: .alice) }
        #expect(try temporary.read { try SharingSettingsTable($0).settings(of: .alice) } == set)
        #expect(try temporary.read { try SharingSettingsTable($0).settings(of: .bob) } == SharingSettings())
    }
}
