import Crypto
import Domain
import Sealing
import Testing

@Suite struct VaultTests {
    private let vaultKey = VaultKey.random()
    private let material = SecretBytes.random(count: 32)
    private let key = KeyID.random()

    private func place(_ region: String = "us-east-1", _ key: KeyID? = nil, _ number: Int = 1) throws -> MaterialPlace {
        MaterialPlace(region: try #require(Region(rawValue: region)), key: key ?? self.key, number: number)
    }

    @Test func materialsOfEveryLengthOpenAgain() throws {
        let vault = Vault(current: vaultKey)
        for length in [32, 48, 64, 1200, 2400] {
            let material = SecretBytes.random(count: length)
            #expect(try vault.open(vault.seal(material, of: place()), of: place()).isEqual(to: material))
        }
    }

    /// A row cannot take another's place: nor in the table, nor in another Region's.
    @Test func aMaterialOpensInItsPlaceAlone() throws {
        let vault = Vault(current: vaultKey)
        let sealed = try vault.seal(material, of: place())
        for other in [try place("us-east-2"), try place("us-east-1", .random()), try place("us-east-1", nil, 2)] {
            #expect(throws: SealingError.doesNotOpen) { try vault.open(sealed, of: other) }
        }
    }

    @Test func theKeyOfACertificateOpensInItsRegionAlone() throws {
        let vault = Vault(current: vaultKey)
        let (home, away) = (try #require(Region(rawValue: "us-east-1")), try #require(Region(rawValue: "us-east-2")))
        let sealed = try vault.seal(material, of: MaterialPlace(certificateKeyOf: home))
        #expect(try vault.open(sealed, of: MaterialPlace(certificateKeyOf: home)).isEqual(to: material))
        for other in [MaterialPlace(certificateKeyOf: away), try place()] {
            #expect(throws: SealingError.doesNotOpen) { try vault.open(sealed, of: other) }
        }
    }

    @Test func aDataKeyOpensInItsDomainAndRegionAlone() throws {
        let vault = Vault(current: vaultKey)
        let (home, away) = (try #require(Region(rawValue: "us-east-1")), try #require(Region(rawValue: "us-east-2")))
        let domain = DomainID.random()
        let sealed = try vault.seal(material, of: MaterialPlace(dataKeyOf: domain, in: home))
        #expect(try vault.open(sealed, of: MaterialPlace(dataKeyOf: domain, in: home)).isEqual(to: material))
        let others = [MaterialPlace(dataKeyOf: domain, in: away), MaterialPlace(dataKeyOf: .random(), in: home), try place()]
        for other in others { #expect(throws: SealingError.doesNotOpen) { try vault.open(sealed, of: other) } }
    }

    @Test func noChangedBitOpens() throws {
        let vault = Vault(current: vaultKey)
        let sealed = try vault.seal(material, of: place())
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << bit
                #expect(throws: SealingError.self) { try vault.open(changed, of: place()) }
            }
        }
        for length in sealed.indices { #expect(throws: SealingError.self) { try vault.open(Array(sealed.prefix(length)), of: place()) } }
    }

    @Test func aFormerVaultKeyOpensAndSealsNothing() throws {
        let next = VaultKey.random()
        let old = try Vault(current: vaultKey).seal(material, of: place())
        let vault = Vault(current: next, former: [vaultKey])
        #expect(try vault.open(old, of: place()).isEqual(to: material))
        #expect(!vault.isCurrent(old))
        let new = try vault.seal(material, of: place())
        #expect(vault.isCurrent(new))
        #expect(throws: SealingError.unknownVaultKey) { try Vault(current: vaultKey).open(new, of: place()) }
    }

    @Test func theRootKeySealsVaultKeys() throws {
        let root = RootKey.random()
        let sealed = try root.seal(vaultKey)
        let opened = try root.open(sealed, id: vaultKey.id)
        #expect(try Vault(current: opened).open(Vault(current: vaultKey).seal(material, of: place()), of: place()).isEqual(to: material))
        #expect(throws: SealingError.doesNotOpen) { try root.open(sealed, id: VaultKey.random().id) }
        #expect(throws: SealingError.doesNotOpen) { try RootKey.random().open(sealed, id: vaultKey.id) }
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: SealingError.self) { try root.open(changed, id: vaultKey.id) }
        }
    }

    @Test func aRootKeyGoesThroughItsFile() throws {
        let root = RootKey.random()
        let read = try #require(RootKey(fileText: SecretBytes(copying: root.fileText)))
        #expect(read.checkValue == root.checkValue)
        let digits = String(repeating: "0123456789abcdef", count: 4)
        for text in [digits, "  \(digits)\r\n", digits.uppercased()] {
            #expect(RootKey(fileText: SecretBytes(copying: Array(text.utf8))) != nil)
        }
        for text in ["", String(digits.dropLast()), digits + "0", digits.replacing("f", with: "g"), "\(digits)\n\(digits)"] {
            #expect(RootKey(fileText: SecretBytes(copying: Array(text.utf8))) == nil)
        }
        #expect(RootKey(SecretBytes.random(count: 31)) == nil)
    }

    @Test func rootKeysAndSaltsDiffer() throws {
        #expect(Set((0..<50).map { _ in RootKey.random().checkValue }).count == 50)
        let passphrase = SecretBytes(copying: Array("correct horse battery staple".utf8))
        let stretches = (0..<3).map { _ in PassphraseStretch.fresh(rounds: 1024) }
        #expect(Set(try stretches.map { try RootKey(stretching: passphrase, by: $0).checkValue }).count == 3)
        let again = try RootKey(stretching: passphrase, by: stretches[0])
        #expect(try RootKey(stretching: passphrase, by: stretches[0]).checkValue == again.checkValue)
        #expect(PassphraseStretch(salt: stretches[0].salt, rounds: 1000) == nil)
        #expect(PassphraseStretch(salt: [1, 2, 3], rounds: 1024) == nil)
        #expect(PassphraseStretch(salt: stretches[0].salt, rounds: 1 << 21) == nil)
    }
}
