import Domain
import Foundation
import Metadata
import Sealing
import Services
import TestSupport
import Testing

/// The secrets in `directory.sqlite` stand sealed, those of before too, and their clear text is in none of its files.
@Suite struct DirectorySecretsTests {
    private static let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    private static let tokenKey = Array("this was the key of the tokens..".utf8)

    /// A directory as it was before secrets were sealed.
    private func makeOldDirectory(_ folder: DataFolder) throws {
        let directory = try Database(path: folder.directoryDatabase, schema: .directory)
        try directory.blockingWrite { transaction in
            let table = DirectoryTable(transaction)
            try table.insertAccount(World.account, at: .now)
            for number in 0..<50 {
                try transaction.execute(
                    "INSERT INTO clear_access_keys (id, account, secret, created_at) VALUES (?, ?, ?, ?)",
                    [.text("AKIA\(number)"), .text(World.account), .text("\(number)\(Self.secret)"), .integer(Int64(number))]
                )
            }
            try table.setSecret("token-key", Self.tokenKey)
        }
        try directory.close()
    }

    private func expectNoClearText(_ folder: DataFolder) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasPrefix("directory.sqlite") {
            let bytes = try Data(contentsOf: URL(filePath: folder.path + "/" + name))
            #expect(bytes.range(of: Data(Self.secret.utf8)) == nil, "\(name)")
            #expect(bytes.range(of: Data(Self.tokenKey)) == nil, "\(name)")
        }
    }

    @Test func secretsOfBeforeAreSealedAndTheirClearTextIsErased() async throws {
        try await KeptFolder.run { kept in
            try kept.folder.make([])
            try makeOldDirectory(kept.folder)
            let token = TokenSealer(key: Self.tokenKey).seal([1, 2], as: .page, until: kept.clock.now)
            try await kept.serving { world in
                // While the server runs, with its log, and after it.
                try expectNoClearText(kept.folder)
                let keys = world.accessKeys()
                for number in 0..<50 { #expect(try await keys.find("AKIA\(number)")?.secret == "\(number)\(Self.secret)") }
                #expect(world.deployment.tokens.open(token, as: .page, at: kept.clock.now) == [1, 2])
            }
            try expectNoClearText(kept.folder)
        }
    }

    /// The first start may end between the sealing and the erasing.
    @Test func anErasingThatWasCutOffIsDoneAgain() async throws {
        try await KeptFolder.run { kept in
            try kept.folder.make([])
            try makeOldDirectory(kept.folder)
            let before = try Data(contentsOf: URL(filePath: kept.folder.directoryDatabase))
            #expect(before.range(of: Data(Self.secret.utf8)) != nil)
            try await kept.serving()
            // The table that says that something is to be erased is made again, with nothing in it.
            let directory = try Database(path: kept.folder.directoryDatabase, schema: .directory)
            _ = try directory.blockingWrite {
                try $0.execute("CREATE TABLE clear_access_keys (id TEXT, account TEXT, secret TEXT, created_at BIGINT)")
            }
            try directory.close()
            try await kept.serving { world in
                let isLeft = try await world.deployment.directory.read { try DirectoryTable($0).clearAccessKeys() != nil }
                #expect(!isLeft)
                #expect(try await world.accessKeys().find("AKIA7")?.secret == "7\(Self.secret)")
            }
        }
    }

    @Test func aSecretOpensInItsPlaceAloneAndUnderTheRootKeyAlone() async throws {
        try await KeptFolder.run { kept in
            try kept.folder.make([])
            try makeOldDirectory(kept.folder)
            try await kept.serving { world in
                _ = try await world.deployment.directory.write { transaction in
                    try transaction.execute(
                        "UPDATE access_keys SET sealed = (SELECT sealed FROM access_keys WHERE id = 'AKIA1') WHERE id = 'AKIA2'"
                    )
                }
                await #expect(throws: AccessKeyDamaged.self) { _ = try await world.accessKeys().find("AKIA2") }
                let stranger = DirectorySecrets(directory: world.deployment.directory, vault: Vault(current: .random()))
                await #expect(throws: AccessKeyDamaged.self) {
                    _ = try await AccessKeys(stranger, clock: world.clock.wallClock, logger: world.log.logger).find("AKIA1")
                }
            }
        }
    }

    @Test func secretsOutliveANewRootKey() async throws {
        try await KeptFolder.run { kept in
            try kept.folder.make([])
            try makeOldDirectory(kept.folder)
            var token = ""
            try await kept.serving { token = $0.deployment.tokens.seal([3], as: .page, until: kept.clock.now) }
            let rotation = try RootKeyRotation(folder: kept.folder, logger: kept.log.logger)
            #expect(try await rotation.run(from: .dataFolder, to: .dataFolder).materials >= 51)
            try await kept.serving { world in
                let found = try await world.accessKeys().find("AKIA49")
                #expect(found?.secret == "49\(Self.secret)")
                #expect(world.deployment.tokens.open(token, as: .page, at: kept.clock.now) == [3])
            }
        }
    }
}
