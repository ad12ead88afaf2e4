import Domain
import Foundation
import Metadata
import Testing

@Suite struct InstanceTableTests {
    @Test func anInstanceComesBackAsItWas() throws {
        let temporary = try TemporaryDatabase()
        let network = DefaultNetwork(of: .alice, in: known("us-east-1"))
        let whole = Instance(
            id: numbered(1),
            owner: .alice,
            reservation: numbered(2),
            launchIndex: 3,
            clientToken: "a token",
            image: numbered(4),
            traits: MachineTraits(architecture: .arm64, virtualization: .hvm, enaSupport: true, bootMode: .uefi, imdsSupport: "v2.0"),
            rootDeviceName: "/dev/xvda",
            rootDeviceType: .instanceStore,
            type: "t4g.nano",
            keyName: "a key",
            publicKey: "ssh-ed25519 AAAA a key",
            place: Instance.Place(
                zone: known("us-east-1b"),
                subnet: network.subnets[1].id,
                vpc: network.vpc,
                interface: numbered(5),
                interfaceDescription: "of a test",
                interfaceTags: [Tag(key: "Name", value: "card")],
                mac: "02:00:00:00:00:05",
                privateAddress: "172.31.16.5",
                isPublic: false,
                publicAddress: "127.9.8.7",
                groups: [numbered(6), numbered(7)]
            ),
            metadata: MetadataOptions(isEnabled: false, requiresToken: true, hopLimit: 9, showsTags: true),
            shutdownBehavior: .terminate,
            protections: Instance.Protections(termination: true, stop: true),
            isMonitored: true,
            isEBSOptimized: true,
            credits: .unlimited,
            profile: "arn:aws:iam::123456789012:instance-profile/a",
            profileID: "AIPA1",
            userData: [0, 255, 7],
            state: .running,
            reason: StateReason(code: "a", message: "b"),
            transition: "User initiated",
            createdAt: date(milliseconds: 1_000),
            launchedAt: date(),
            terminatedAt: date(milliseconds: 2_000),
            wasStarted: true,
            isForced: true,
            rebootRequestedAt: date(milliseconds: 3_000),
            pendingImage: known("ami-0123456789abcdef0"),
            tags: [Tag(key: "Name", value: "web")]
        )
        try temporary.write { transaction throws in
            try InstanceTable(transaction).insert(whole)
            try TagTable(transaction).set(whole.tags, on: .instance(whole.id), by: .alice)
            try TagTable(transaction).set(whole.place.interfaceTags, on: .networkInterface(whole.place.interface), by: .alice)
            try InstanceTable(transaction).insert(Instance.sample(2))
        }
        #expect(try temporary.read { try InstanceTable($0).instance(whole.id) } == whole)
        #expect(try temporary.read { try InstanceTable($0).instance(numbered(2)) } == Instance.sample(2))
        #expect(try temporary.read { try InstanceTable($0).instance(numbered(3)) } == nil)
    }

    @Test func whatChangesIsSavedAndTheLeaseStays() throws {
        let temporary = try TemporaryDatabase()
        var changed = Instance.sample(1, groups: [numbered(1), numbered(2)])
        let first = changed
        try temporary.write { try InstanceTable($0).insert(first) }
        let lease = Lease(of: "a driver", at: date())
        #expect(try temporary.write { try LeaseTable(.instances, $0).take(first.id.rawValue, lease, at: date()) })
        changed.started()
        try changed.reboot(at: date())
        (changed.place.groups, changed.userData, changed.type, changed.isMonitored) = ([numbered(3)], [1], "m5.large", true)
        let last = changed
        try temporary.write { try InstanceTable($0).update(last) }
        #expect(try temporary.read { try InstanceTable($0).instance(first.id) } == last)
        #expect(try temporary.read { try InstanceTable($0).driven(by: "a driver") } == [first.id])
        #expect(try temporary.read { try InstanceTable($0).vCPUs(of: .alice) } == 2)
    }

    @Test func aPageHoldsWhatWasAskedForInTheOrderOfReservations() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            let table = InstanceTable(transaction)
            try table.insert(Instance.sample(1, reservation: 9, index: 1))
            try table.insert(Instance.sample(2, reservation: 9, index: 0, .running, groups: [numbered(5)]))
            try table.insert(Instance.sample(3, reservation: 8))
            try table.insert(Instance.sample(4, of: .bob))
            try TagTable(transaction).set([Tag(key: "a", value: "b")], on: .instance(numbered(3)), by: .alice)
        }
        func page(after: Instance? = nil, limit: Int = 10, _ narrow: (inout InstanceSearch) -> Void = { _ in }) throws -> [InstanceID] {
            var search = InstanceSearch(of: .alice)
            narrow(&search)
            let narrowed = search
            return try temporary.read { transaction in
                try InstanceTable(transaction).page(of: narrowed, after: after.map(InstancePlace.init(of:)), limit: limit).map(\.id)
            }
        }
        func ids(_ numbers: Int...) -> [InstanceID] { numbers.map { numbered($0) } }
        #expect(try page() == ids(3, 2, 1))
        #expect(try page(limit: 2) == ids(3, 2))
        #expect(try page(after: Instance.sample(2, reservation: 9, index: 0)) == ids(1))
        #expect(try page { $0.ids = ["i-00000000000000001", "i-00000000000000004"] } == ids(1))
        #expect(try page { $0.reservations = ["r-00000000000000009"] } == ids(2, 1))
        #expect(try page { $0.images = ["ami-00000000000000002"] }.isEmpty)
        #expect(try page { $0.interfaces = ["eni-00000000000000003"] } == ids(3))
        #expect(try page { $0.groups = ["sg-00000000000000005"] } == ids(2))
        #expect(try page { $0.states = ["running"] } == ids(2))
        #expect(try page { $0.tags = [TagSearch(key: "a", values: ["b"], by: .alice)] } == ids(3))
        #expect(InstancePlace(text: "r-00000000000000009/1") == InstancePlace(of: Instance.sample(1, reservation: 9, index: 1)))
        #expect(InstancePlace(text: "r-1/1") == nil && InstancePlace(text: "r-00000000000000009") == nil)
    }

    @Test func addressesAreGivenOnce() throws {
        let temporary = try TemporaryDatabase()
        let network = DefaultNetwork(of: .alice, in: known("us-east-1"))
        try temporary.write { try InstanceTable($0).insert(Instance.sample(1, .running, publicAddress: "127.9.8.7")) }
        #expect(try temporary.read { try InstanceTable($0).isPublicAddressTaken("127.9.8.7") })
        #expect(try !temporary.read { try InstanceTable($0).isPublicAddressTaken("127.9.8.8") })
        #expect(try temporary.read { try InstanceTable($0).privateAddresses(of: network.vpc) } == ["172.31.0.4"])
        #expect(try temporary.read { try InstanceTable($0).interfaceCounts(of: network.vpc) } == [network.subnets[0].id: 1])
        #expect(throws: (any Error).self) {
            try temporary.write { try InstanceTable($0).insert(Instance.sample(2, publicAddress: "127.9.8.7")) }
        }
        // In another account's network the private one is another.
        try temporary.write { try InstanceTable($0).insert(Instance.sample(1 + 16, of: .bob)) }
        var ended = Instance.sample(1, .running, publicAddress: "127.9.8.7")
        _ = try ended.terminate(at: date())
        ended.removed(at: date())
        let gone = ended
        try temporary.write { try InstanceTable($0).update(gone) }
        #expect(try !temporary.read { try InstanceTable($0).isPublicAddressTaken("127.9.8.7") })
        #expect(try temporary.read { try InstanceTable($0).privateAddresses(of: network.vpc) }.isEmpty)
        #expect(try temporary.read { try InstanceTable($0).interfaceCounts(of: network.vpc) }.isEmpty)
    }

    /// Those that have a next step, whatever their state is called.
    @Test(arguments: InstanceState.allCases) func whatIsDrivenIsWhatHasANextStep(state: InstanceState) throws {
        let temporary = try TemporaryDatabase()
        let row = Instance.sample(1, state, groups: [numbered(5)])
        try temporary.write { try InstanceTable($0).insert(row) }
        let isDriven = row.step != nil
        #expect(try temporary.read { try InstanceTable($0).hasAny() } == isDriven)
        #expect(try temporary.read { try InstanceTable($0).waiting(9, at: date()).map(\.id) } == (isDriven ? [row.id] : []))
        let lease = Lease(of: "a driver", at: date())
        #expect(try temporary.write { try LeaseTable(.instances, $0).take(row.id.rawValue, lease, at: date()) })
        #expect(try temporary.read { try InstanceTable($0).waiting(9, at: date()) }.isEmpty)
        #expect(try temporary.read { try InstanceTable($0).driven(by: "a driver") } == (isDriven ? [row.id] : []))
        #expect(try temporary.read { try InstanceTable($0).vCPUs(of: .alice) } == (state == .pending || state == .running ? 2 : 0))
    }

    @Test func whatReportsFindIsListedByReportsAndAccounts() throws {
        let temporary = try TemporaryDatabase()
        func entry(_ report: Int, _ account: AccountID, _ count: Int) -> ImageUsageEntry {
            ImageUsageEntry(
                report: numbered(report),
                image: numbered(1),
                account: account,
                kind: "ec2:Instance",
                count: count,
                createdAt: date()
            )
        }
        let entries = [entry(1, .alice, 3), entry(1, .bob, 1), entry(2, .bob, 7)]
        try temporary.write { transaction throws in
            let table = ImageUsageReportTable(transaction)
            for number in [1, 2] {
                try table.insert(
                    ImageUsageReport(
                        id: numbered(number),
                        account: .alice,
                        image: numbered(1),
                        kinds: [],
                        accounts: [],
                        createdAt: date(),
                        tags: []
                    )
                )
            }
            for entry in entries.reversed() { try table.insert(entry) }
            try InstanceTable(transaction).insert(.sample(1))
            try InstanceTable(transaction).insert(.sample(2, .terminated))
        }
        func page(_ account: AccountID, after place: (report: String, account: String)? = nil, at now: Date = date()) throws
            -> [ImageUsageEntry]
        {
            try temporary.read { try ImageUsageReportTable($0).entries(of: account, after: place, at: now, limit: 9) }
        }
        #expect(try page(.alice) == entries && page(.bob).isEmpty)
        #expect(try page(.alice, after: ("amiur-00000000000000001", AccountID.alice.rawValue)) == Array(entries.dropFirst()))
        #expect(try page(.alice, at: date().addingTimeInterval(ImageUsageReport.lifetime)).isEmpty)
        #expect(try temporary.read { try InstanceTable($0).counts(of: numbered(1)) } == [.alice: 1])
        try temporary.write { try ImageUsageReportTable($0).delete(numbered(1)) }
        #expect(try page(.alice) == [entries[2]])
    }

    @Test func aReservationIsForgottenWithItsToken() throws {
        let temporary = try TemporaryDatabase()
        let rows = [
            Instance.sample(1, reservation: 9, token: "a"), Instance.sample(2, reservation: 9, index: 1, groups: [numbered(5)], token: "a"),
        ]
        try temporary.write { transaction throws in
            for row in rows { try InstanceTable(transaction).insert(row) }
            try ClientTokenTable(transaction).insert(
                account: .alice,
                action: "RunInstances",
                token: "a",
                fingerprint: [1],
                resourceID: "r-00000000000000009",
                at: date()
            )
        }
        func isKnown() throws -> Bool {
            try temporary.read { try ClientTokenTable($0).find(account: .alice, action: "RunInstances", token: "a") } != nil
        }
        try temporary.write { try InstanceTable($0).delete(rows[0]) }
        #expect(try isKnown())
        #expect(try temporary.read { try InstanceTable($0).hasInterface(in: numbered(5)) })
        try temporary.write { try InstanceTable($0).delete(rows[1]) }
        #expect(try !isKnown())
        #expect(try !temporary.read { try InstanceTable($0).hasInterface(in: numbered(5)) })
    }
}
