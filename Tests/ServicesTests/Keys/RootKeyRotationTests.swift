import Bundles
import Domain
import Foundation
import Logging
import Metadata
import Sealing
import Services
import TestSupport
import Testing

@Suite struct RootKeyRotationTests {
    private static let regions: [Region] = [World.home, World.away]
    private let log = LogMemory()

    /// A data folder with keys in two Regions, ciphertexts under them, and the data keys of S3's own.
    private struct Place {
        let folder: DataFolder
        var ciphertexts: [(region: Region, blob: [UInt8], plain: SecretBytes)] = []
        var dataKeys: [(region: Region, domain: DomainID, plain: SecretBytes)] = []

        func vault(_ source: RootKeySource) async throws -> Vault {
            let directory = try Database(path: folder.directoryDatabase, schema: .directory)
            defer { try? directory.close() }
            return try await VaultLoader(folder: folder, directory: directory, clock: .system, logger: LogMemory().logger).open(source)
        }

        func ring(_ region: Region, _ vault: Vault) throws -> (KeyRing, Database) {
            let database = try Database(path: folder.regionDatabase(region), schema: .region)
            return (KeyRing(region: region, database: database, vault: vault, clock: .system), database)
        }

        func keys(_ region: Region, _ vault: Vault, _ database: Database) -> RegionKeys {
            RegionKeys(region: region, database: database, vault: vault, clock: .system)
        }

        /// Checks that everything opens under this root key, and says how many vault keys there are.
        func check(_ source: RootKeySource, sourceLocation: SourceLocation = #_sourceLocation) async throws {
            let vault = try await vault(source)
            for (region, blob, plain) in ciphertexts {
                let (ring, database) = try ring(region, vault)
                defer { try? database.close() }
                let opened = try await ring.unwrap(blob, context: .empty, account: World.account)
                #expect(opened.isEqual(to: plain), sourceLocation: sourceLocation)
                let certificates = keys(region, vault, database).certificates
                let certificate = try RSACertificate(pem: try await certificates.require())
                #expect(try await certificates.privateKey().belongs(to: certificate), sourceLocation: sourceLocation)
            }
            for (region, domain, plain) in dataKeys {
                let database = try Database(path: folder.regionDatabase(region), schema: .region)
                defer { try? database.close() }
                let opened = try await keys(region, vault, database).domains.dataKey(of: domain)
                #expect(opened.isEqual(to: plain), sourceLocation: sourceLocation)
            }
        }
    }

    private func withPlace(_ source: RootKeySource, _ body: (Place) async throws -> Void) async throws {
        let folder = DataFolder(path: NSTemporaryDirectory() + "ferry-rotation-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: folder.path) }
        try folder.make(Self.regions)
        var place = Place(folder: folder)
        let vault = try await place.vault(source)
        for region in Self.regions {
            let (ring, database) = try place.ring(region, vault)
            for account in ["111111111111", "222222222222"] {
                let data = try await ring.generateDataKey(under: ring.resolve(nil, account: known(account)), context: .empty)
                place.ciphertexts.append((region, data.wrapped, data.plain))
            }
            let keys = place.keys(region, vault, database)
            try await keys.certificates.require()
            let domain = try await keys.domains.s3Domain(of: World.account)
            place.dataKeys.append((region, domain, try await keys.domains.dataKey(of: domain)))
            try database.close()
        }
        try await body(place)
    }

    private func rotate(_ place: Place, from old: RootKeySource, to new: RootKeySource) async throws -> RootKeyRotation.Report {
        try await RootKeyRotation(folder: place.folder, logger: log.logger).run(from: old, to: new)
    }

    private func text(_ place: Place) throws -> String { try String(contentsOfFile: place.folder.rootKey, encoding: .utf8) }

    private func passphrase(_ text: String) -> RootKeySource { .passphrase(SecretBytes(copying: Array(text.utf8))) }

    @Test func aFreshRootKeyTakesThePlaceOfTheOld() async throws {
        try await withPlace(.dataFolder) { place in
            let old = try text(place)
            let before = try await place.vault(.dataFolder).currentID
            #expect(try await rotate(place, from: .dataFolder, to: .dataFolder).materials == 8)
            #expect(try text(place) != old)
            try await place.check(.dataFolder)
            #expect(try await place.vault(.dataFolder).currentID != before)
            // What the old one sealed is gone: it opens nothing any more.
            try place.folder.write(old, to: place.folder.rootKey)
            await #expect(throws: RootKeyError.self) { _ = try await place.vault(.dataFolder) }
        }
    }

    @Test func fromTheFolderIntoAFileIntoAPassphraseAndBack() async throws {
        try await withPlace(.dataFolder) { place in
            let elsewhere = place.folder.path + "/elsewhere.key"
            try place.folder.write(String(repeating: "a1", count: 32), to: elsewhere)
            _ = try await rotate(place, from: .dataFolder, to: .file(elsewhere))
            #expect(!FileManager.default.fileExists(atPath: place.folder.rootKey))
            try await place.check(.file(elsewhere))
            await #expect(throws: RootKeyError.self) { _ = try await place.vault(.dataFolder) }

            _ = try await rotate(place, from: .file(elsewhere), to: passphrase("correct horse battery staple"))
            try await place.check(passphrase("correct horse battery staple"))
            await #expect(throws: RootKeyError.self) { _ = try await place.vault(.file(elsewhere)) }

            _ = try await rotate(place, from: passphrase("correct horse battery staple"), to: .dataFolder)
            try await place.check(.dataFolder)
        }
    }

    @Test func aWrongOldKeyChangesNothing() async throws {
        try await withPlace(.dataFolder) { place in
            let before = try text(place)
            await #expect(throws: RootKeyError.self) {
                _ = try await rotate(place, from: passphrase("not the root key"), to: .dataFolder)
            }
            await #expect(throws: RootKeyError.self) { _ = try await rotate(place, from: .dataFolder, to: passphrase("short")) }
            #expect(try text(place) == before)
            try await place.check(.dataFolder)
        }
    }

    /// Cut off between any two of its steps: the folder opens with its own root key, everything in it opens, and a second run ends it.
    @Test(arguments: ["before the commit", "behind the commit", "before the materials", "amid the materials"])
    func aRotationThatIsCutOffLosesNothing(point: String) async throws {
        try await withPlace(.dataFolder) { place in
            let folder = place.folder
            let old = try text(place)
            _ = try await rotate(place, from: .dataFolder, to: .dataFolder)
            let new = try text(place)
            try await undo(point, in: place, old: old, new: new)
            try await place.check(.dataFolder)
            _ = try await rotate(place, from: .dataFolder, to: .dataFolder)
            try await place.check(.dataFolder)
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/root.key.next"))
        }
    }

    /// Puts the folder into the state that a rotation leaves which ends at that point.
    private func undo(_ point: String, in place: Place, old: String, new: String) async throws {
        let folder = place.folder
        switch point {
        case "before the commit":
            // The new file is written, and nothing else has happened.
            try folder.write(String(repeating: "77", count: 32), to: folder.path + "/root.key.next")
        case "behind the commit":
            // The directory has the new key; the files stand as before.
            try FileManager.default.moveItem(atPath: folder.rootKey, toPath: folder.path + "/root.key.next")
            try folder.write(old, to: folder.rootKey)
        default:
            // Some or all materials are still under a vault key from before.
            let root = try #require(RootKey(fileText: SecretBytes(copying: Array(new.utf8))))
            let former = VaultKey.random()
            let directory = try Database(path: folder.directoryDatabase, schema: .directory)
            let vault = try await place.vault(.dataFolder)
            try await directory.write { transaction in
                let table = VaultTable(transaction)
                let current = try #require(try table.vaultKeys().first)
                try table.deleteVaultKey(current.id)
                try table.insertVaultKey(id: former.id, sealed: root.seal(former), at: Date())
                try table.insertVaultKey(id: current.id, sealed: current.sealed, at: Date())
            }
            try directory.close()
            for region in Self.regions.prefix(point == "amid the materials" ? 1 : 2) {
                let (_, database) = try place.ring(region, vault)
                try await database.write { transaction in
                    let table = MaterialTable(transaction)
                    for row in try table.page(after: nil, limit: 100) {
                        let place = MaterialPlace(region: region, key: row.key, number: row.number)
                        try table.setSealed(Vault(current: former).seal(vault.open(row.sealed, of: place), of: place), of: row)
                    }
                    for row in try DomainTable(transaction).wrappedByVault() {
                        let place = MaterialPlace(dataKeyOf: row.id, in: region)
                        let sealed = try Vault(current: former).seal(vault.open(row.wrapped, of: place), of: place)
                        try DomainTable(transaction).setWrapped(sealed, of: row.id)
                    }
                    let certificates = CertificateTable(transaction)
                    let (place, row) = (MaterialPlace(certificateKeyOf: region), try #require(try certificates.certificate()))
                    try certificates.setSealedKey(Vault(current: former).seal(vault.open(row.sealedKey, of: place), of: place))
                }
                try database.close()
            }
        }
    }

    @Test func thousandsOfMaterialsAreSealedAnew() async throws {
        try await withPlace(.dataFolder) { place in
            let vault = try await place.vault(.dataFolder)
            let (ring, database) = try place.ring(World.home, vault)
            let key = try await ring.resolve(nil, account: known("111111111111"))
            try await database.write { transaction in
                for number in 2...1200 {
                    let place = MaterialPlace(region: World.home, key: key.id, number: number)
                    let material = KeyMaterial(
                        key: key.id,
                        number: number,
                        id: KeyGrant.randomID(),
                        sealed: try vault.seal(.random(count: 32), of: place),
                        createdAt: Date(),
                        cause: .automatic
                    )
                    try MaterialTable(transaction).insert(material)
                }
            }
            try database.close()
            #expect(try await rotate(place, from: .dataFolder, to: .dataFolder).materials == 8 + 1199)
            try await place.check(.dataFolder)
        }
    }
}
