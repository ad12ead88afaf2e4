import ArgumentParser
import Foundation
import Logging
import Services

/// Replaces the root key of a data folder.
struct RotateRootKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-root-key",
        abstract: "Replace the root key. The server must be stopped.",
        discussion: """
            The KMS keys are sealed again under the new key; disks and objects stay as they are. The options without --new name the current \
            root key. Without a --new option the new one is a fresh DIR/root.key. If it is interrupted, run it again.
            """
    )

    @OptionGroup var folder: DataFolderOptions
    @OptionGroup var rootKey: RootKeyOptions

    @Option(help: ArgumentHelp("The file with the new root key: 64 hexadecimal digits, mode 0600.", valueName: "file"))
    var newRootKey: String?

    @Option(help: ArgumentHelp("A file with the new passphrase, mode 0600.", valueName: "file"))
    var newPassphraseFile: String?

    func validate() throws {
        guard newRootKey == nil || newPassphraseFile == nil else {
            throw ValidationError("Give --new-root-key or --new-passphrase-file, not both.")
        }
    }

    func run() async throws {
        let folder = folder.folder
        guard folder.hasRows else {
            throw ValidationError("there is no data folder at \(folder.path)")
        }
        let old = try rootKey.source()
        let lock = try folder.lock()
        let report = try await RootKeyRotation(folder: folder, logger: Logger(label: "ferry")).run(from: old, to: try target())
        lock.release()
        print("The root key is replaced; \(report.materials) key materials are sealed under the new one.")
        print("Keep a copy of the new root key away from the data folder. Earlier backups need the old one.")
    }

    private func target() throws -> RootKeySource {
        if let newRootKey { return .file(RootKeyOptions.absolute(newRootKey)) }
        if let newPassphraseFile { return .passphrase(try SecretFile(path: RootKeyOptions.absolute(newPassphraseFile)).readLine()) }
        return .dataFolder
    }
}
