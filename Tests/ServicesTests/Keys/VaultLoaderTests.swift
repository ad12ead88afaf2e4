import Domain
import Foundation
import Logging
import Metadata
import Sealing
import Services
import TestSupport
import Testing

@Suite struct VaultLoaderTests {
    private let log = LogMemory()

    private func withFolder(_ body: (DataFolder, Database) async throws -> Void) async throws {
        let folder = DataFolder(path: NSTemporaryDirectory() + "ferry-vault-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: folder.path) }
        try folder.make([])
        let directory = try Database(path: folder.directoryDatabase, schema: .directory)
        try await body(folder, directory)
        try directory.close()
    }

    private func open(_ folder: DataFolder, _ directory: Database, _ source: RootKeySource = .dataFolder) async throws -> Vault {
        try await VaultLoader(folder: folder, directory: directory, clock: .system, logger: log.logger).open(source)
    }

    private func refusal(_ body: () async throws -> Void) async throws -> String {
        try #require(await #expect(throws: RootKeyError.self) { try await body() }).description
    }

    private func passphrase(_ text: String) -> RootKeySource { .passphrase(SecretBytes(copying: Array(text.utf8))) }

    @Test func theFirstStartMakesARootKeyAndTheNextFindsIt() async throws {
        try await withFolder { folder, directory in
            let first = try await open(folder, directory)
            let text = try String(contentsOfFile: folder.rootKey, encoding: .utf8)
            #expect(text.wholeMatch(of: /[0-9a-f]{64}\n/) != nil)
            let mode = try FileManager.default.attributesOfItem(atPath: folder.rootKey)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(log.entries.contains { $0.message.hasPrefix("Created the root key") && $0.metadata["file"] == folder.rootKey })
            // The key itself is in no line of the log.
            #expect(!log.entries.contains { "\($0)".contains(text.prefix(16)) })
            #expect(try await open(folder, directory).currentID == first.currentID)
            #expect(try String(contentsOfFile: folder.rootKey, encoding: .utf8) == text)
        }
    }

    @Test func aMissingOrWrongRootKeyIsFoundAtStart() async throws {
        try await withFolder { folder, directory in
            _ = try await open(folder, directory)
            let kept = folder.path + "/kept"
            try FileManager.default.moveItem(atPath: folder.rootKey, toPath: kept)
            #expect(try await refusal { _ = try await open(folder, directory) }.contains("is missing"))
            // It is not made anew: that would hide the loss.
            #expect(!FileManager.default.fileExists(atPath: folder.rootKey))
            try folder.write(String(repeating: "ab", count: 32), to: folder.rootKey)
            #expect(try await refusal { _ = try await open(folder, directory) }.contains("is not the root key of this data folder"))
            try folder.write("no key", to: folder.rootKey)
            #expect(try await refusal { _ = try await open(folder, directory) }.contains("64 hexadecimal digits"))
            _ = try await open(folder, directory, .file(kept))
        }
    }

    @Test func aKeyFileThatOthersCanReadIsRefused() async throws {
        try await withFolder { folder, directory in
            let file = folder.path + "/elsewhere.key"
            try folder.write(String(repeating: "0f", count: 32), to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
            #expect(try await refusal { _ = try await open(folder, directory, .file(file)) }.contains("chmod 600"))
            try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: file)
            let vault = try await open(folder, directory, .file(file))
            #expect(!FileManager.default.fileExists(atPath: folder.rootKey))
            #expect(try await open(folder, directory, .file(file)).currentID == vault.currentID)
            #expect(try await refusal { _ = try await open(folder, directory) }.contains("is missing"))
        }
    }

    @Test func aPassphraseInPlaceOfAFile() async throws {
        try await withFolder { folder, directory in
            #expect(try await refusal { _ = try await open(folder, directory, passphrase("too short")) }.contains("12 bytes"))
            let vault = try await open(folder, directory, passphrase("correct horse battery staple"))
            #expect(!FileManager.default.fileExists(atPath: folder.rootKey))
            #expect(try await open(folder, directory, passphrase("correct horse battery staple")).currentID == vault.currentID)
            #expect(
                try await refusal { _ = try await open(folder, directory, passphrase("correct horse battery stable")) }.contains(
                    "not the passphrase"
                )
            )
            #expect(try await refusal { _ = try await open(folder, directory) }.contains("FERRY_ROOT_PASSPHRASE"))
        }
    }

    @Test func aDamagedVaultKeyIsToldFromAWrongRootKey() async throws {
        try await withFolder { folder, directory in
            let vault = try await open(folder, directory)
            try await directory.write { transaction in
                var (id, sealed) = try #require(try VaultTable(transaction).vaultKeys().first)
                #expect(id == vault.currentID)
                sealed[20] ^= 1
                try VaultTable(transaction).setSealed(sealed, of: id)
            }
            #expect(try await refusal { _ = try await open(folder, directory) }.contains("the root key is the right one"))
        }
    }
}
