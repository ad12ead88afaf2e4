import ArgumentParser
import Client
import Foundation
import Services

/// Copies a data folder, also while a server runs on it.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Back up the data folder, also while a server runs on it.",
        discussion: """
            Later runs into the same folder copy what is new, and read back a tenth of the earlier copies: bad ones are replaced from the \
            data folder. The previous backup stays intact until the new one is verified. The server frees no space while a backup runs. \
            The root key is not included: keep a copy elsewhere, because without it the access keys, the KMS keys and everything that they \
            encrypt cannot be opened. ferry restore makes a data folder from a backup.
            """
    )

    @Argument(help: ArgumentHelp("The folder of the backup; created if it is missing.", valueName: "dir"))
    var backup: String

    @OptionGroup var folder: DataFolderOptions
    @OptionGroup var rootKey: RootKeyOptions

    @Flag(help: "Read the whole backup again, and open every frame.")
    var check = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func run() async throws {
        let isQuiet = quiet
        let place = RootKeyOptions.absolute(backup)
        let backup = Backup(of: folder.folder, to: place, rootKey: try rootKey.source(), checksAll: check)
        let report = try await backup.run { line in if !isQuiet { Terminal.remark(line) } }
        Terminal.say(
            "\(ByteText.count(report.regions, "Region")), \(ByteText.count(report.packs, "pack")), \(ByteText.size(report.bytes)); \(ByteText.size(report.bytesCopied)) were new"
        )
        for remark in report.remarks { Terminal.remark(remark) }
        for unmended in report.unmended { Terminal.complain(unmended) }
        for hurt in report.hurt { Terminal.complain("damaged before it was copied: \(hurt)") }
        if !report.hurt.isEmpty {
            Terminal.complain("the backup is made, with the damage of the data folder in it: run ferry scrub on the data folder")
        }
        if !report.hurt.isEmpty || !report.unmended.isEmpty { throw ExitCode.failure }
    }
}

/// Makes a data folder of a backup.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a data folder from a backup.",
        discussion: """
            The folder that --data names must be empty or missing. Before you start the server, put the copy of root.key into it, or name \
            the key with serve --root-key. If the restore is interrupted, run it again. A damaged backup is refused; with --accept-damage, \
            what there is of it is restored.
            """
    )

    @Argument(help: ArgumentHelp("The folder of the backup.", valueName: "dir"))
    var backup: String

    @OptionGroup var folder: DataFolderOptions

    @Flag(help: "Restore what there is of a damaged backup, and name the damaged files.")
    var acceptDamage = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func run() async throws {
        let isQuiet = quiet
        let folder = folder.folder
        let restore = Restore(from: RootKeyOptions.absolute(backup), to: folder, acceptsDamage: acceptDamage)
        let report = try await restore.run { line in if !isQuiet { Terminal.remark(line) } }
        Terminal.say(
            "\(ByteText.count(report.regions, "Region")), \(ByteText.count(report.packs, "pack")), \(ByteText.size(report.bytes)), as of \(report.madeAt.formatted(.iso8601))"
        )
        if !FileManager.default.fileExists(atPath: folder.rootKey) {
            Terminal.remark("Put the root key at \(folder.rootKey), or name it with serve --root-key or --root-passphrase-file.")
        }
        for file in report.damaged { Terminal.complain("damaged in the backup: \(file)") }
        for hurt in report.hurt { Terminal.complain("damaged: \(hurt)") }
        if report.damaged.isEmpty, report.hurt.isEmpty { return }
        Terminal.complain(
            "everything that could be read is restored; start a server on it once, then run ferry scrub to see what is damaged"
        )
        throw ExitCode.failure
    }
}
