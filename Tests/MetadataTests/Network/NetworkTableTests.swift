import Domain
import Metadata
import Testing

@Suite struct KeyPairTableTests {
    private func pair(_ number: Int, _ name: String, of account: AccountID = .alice, tags: [Tag] = []) -> KeyPair {
        KeyPair(
            id: numbered(number),
            account: account,
            name: name,
            kind: number.isMultiple(of: 2) ? .rsa : .ed25519,
            publicKey: "ssh-rsa AAAA\(number)",
            fingerprint: "aa:\(number)",
            createdAt: date(milliseconds: Int64(number)),
            tags: tags
        )
    }

    @Test func pairsComeBackAsTheyWere() throws {
        let temporary = try TemporaryDatabase()
        let pairs = [pair(1, "b", tags: [Tag(key: "a", value: "b")]), pair(2, "a"), pair(3, "a", of: .bob)]
        try temporary.write { transaction throws in for one in pairs { try KeyPairTable(transaction).insert(one) } }
        try temporary.read { transaction throws in
            let table = KeyPairTable(transaction)
            #expect(try table.keyPairs(of: .alice) == [pairs[1], pairs[0]])
            #expect(try table.keyPair(named: "a", of: .alice) == pairs[1])
            #expect(try table.keyPair(named: "A", of: .alice) == nil)
            #expect(try table.keyPair(pairs[0].id, of: .alice) == pairs[0])
            #expect(try table.keyPair(pairs[0].id, of: .bob) == nil)
            #expect(try table.count(of: .alice) == 2)
        }
        try temporary.write { try KeyPairTable($0).delete(pairs[0].id) }
        try temporary.read { transaction throws in
            #expect(try KeyPairTable(transaction).keyPairs(of: .alice) == [pairs[1]])
            #expect(try TagTable(transaction).tags(of: .keyPair(pairs[0].id)).isEmpty)
            #expect(try KeyPairTable(transaction).keyPairs(of: .bob) == [pairs[2]])
        }
    }

    @Test func aNameStandsForOnePairOfAnAccount() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { try KeyPairTable($0).insert(pair(1, "a")) }
        let failure = #expect(throws: (any Error).self) { try temporary.write { try KeyPairTable($0).insert(pair(2, "a")) } }
        #expect(failure.map(DatabaseFailure.isDuplicate) == true)
    }
}

@Suite struct SecurityGroupTableTests {
    private let network = DefaultNetwork(of: .alice, in: known("us-east-1"))

    private func group(_ number: Int, _ name: String, of network: DefaultNetwork? = nil) -> SecurityGroup {
        SecurityGroup(
            id: numbered(number),
            network: network ?? self.network,
            name: name,
            description: "the \(name)",
            tags: [Tag(key: "number", value: "\(number)")]
        )
    }

    private func content(_ port: Int, _ peer: String, isEgress: Bool = false) -> SecurityGroupRule.Content {
        SecurityGroupRule.Content(isEgress: isEgress, TrafficPattern(protocol: "tcp", from: port, to: port), known(peer))
    }

    @Test func groupsComeBackWithTheirRules() throws {
        let temporary = try TemporaryDatabase()
        var (web, other) = (group(2, "web"), group(1, "other"))
        other.rules = [other.rule(content(443, web.id.rawValue), description: "from the web")]
        web.rules = [
            web.rule(content(22, "10.0.0.0/8")), web.rule(content(80, "2001:db8::/32")), web.rule(content(80, "0.0.0.0/0", isEgress: true)),
        ]
        let bobs = group(3, "web", of: DefaultNetwork(of: .bob, in: network.region))
        let inserted = [web, other, bobs]
        try temporary.write { transaction throws in
            for one in inserted { try SecurityGroupTable(transaction, of: one.network).insert(one) }
        }
        // What refers to a group knows its name.
        other.rules[0].peerName = "web"
        try temporary.read { [web, other] transaction throws in
            let table = SecurityGroupTable(transaction, of: network)
            #expect(try table.page(after: nil, limit: 9).map(\.id) == [other.id, web.id])
            #expect(try table.page(after: other.id.rawValue, limit: 9).map(\.id) == [web.id])
            #expect(try table.page(after: nil, limit: 1) == [other])
            let found = try #require(try table.group(web.id))
            #expect(Set(found.rules) == Set(web.rules) && found.tags == web.tags && found.description == "the web")
            #expect(try table.groups(named: ["web", "none"]).map(\.id) == [web.id])
            #expect(try table.group(bobs.id) == nil && table.count() == 2)
            #expect(try table.isThere(web.id) && !table.isThere(bobs.id))
            let rules = SecurityGroupRuleTable(transaction)
            #expect(try rules.groups(referringTo: web.id, of: .alice) == [other.id])
            #expect(try rules.groups(referringTo: other.id, of: .alice).isEmpty)
        }
        try temporary.write { [other] transaction throws in try SecurityGroupTable(transaction, of: network).delete(other) }
        try temporary.read { [web, other] transaction throws in
            #expect(try SecurityGroupTable(transaction, of: network).page(after: nil, limit: 9).map(\.id) == [web.id])
            #expect(try SecurityGroupRuleTable(transaction).rules(other.rules.map(\.id), of: .alice).isEmpty)
            #expect(try TagTable(transaction).tags(of: .securityGroup(other.id)).isEmpty)
        }
    }

    @Test func rulesAreFoundByIDAndPage() throws {
        let temporary = try TemporaryDatabase()
        var group = group(1, "web")
        group.rules = (0..<9).map { group.rule(content($0, "0.0.0.0/0"), tags: [Tag(key: "port", value: "\($0)")]) }
        let inserted = group
        try temporary.write { try SecurityGroupTable($0, of: network).insert(inserted) }
        let ordered = inserted.rules.sorted { $0.id < $1.id }
        try temporary.read { transaction throws in
            let table = SecurityGroupRuleTable(transaction)
            #expect(try table.page(of: .alice, after: nil, limit: 4) == Array(ordered.prefix(4)))
            #expect(try table.page(of: .alice, after: ordered[3].id.rawValue, limit: 9) == Array(ordered.dropFirst(4)))
            #expect(try table.rules([ordered[5].id, ordered[2].id], of: .alice) == [ordered[2], ordered[5]])
            #expect(try table.rules([ordered[5].id], of: .bob).isEmpty && table.page(of: .bob, after: nil, limit: 9).isEmpty)
        }
    }

    /// Two rules exchange what they say, which no group may have twice on the way.
    @Test func rulesAreChanged() throws {
        let temporary = try TemporaryDatabase()
        var group = group(1, "web")
        group.rules = [group.rule(content(1, "0.0.0.0/0")), group.rule(content(2, "0.0.0.0/0"), description: "two")]
        let inserted = group
        try temporary.write { try SecurityGroupTable($0, of: network).insert(inserted) }
        (group.rules[0].content, group.rules[1].content) = (group.rules[1].content, group.rules[0].content)
        (group.rules[0].description, group.rules[1].description) = ("now two", nil)
        let changed = group.rules
        let failure = #expect(throws: (any Error).self) { try temporary.write { try SecurityGroupRuleTable($0).update(changed[0]) } }
        #expect(failure.map(DatabaseFailure.isDuplicate) == true)
        try temporary.write { transaction throws in
            let table = SecurityGroupRuleTable(transaction)
            for rule in changed { try table.setAside(rule.id) }
            for rule in changed { try table.update(rule) }
        }
        #expect(
            try temporary.read { try SecurityGroupRuleTable($0).rules(changed.map(\.id), of: .alice) } == changed.sorted { $0.id < $1.id }
        )
        try temporary.write { try SecurityGroupRuleTable($0).delete(changed[0].id) }
        #expect(try temporary.read { try SecurityGroupTable($0, of: network).group(group.id)?.rules } == [changed[1]])
    }
}
