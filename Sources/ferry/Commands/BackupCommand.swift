import ArgumentParser
import Client
import Foundation
import Services

/// Copies a data folder, also while a server runs on it.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the data folder, also while a server runs on it.",
        discussion: """
            Run again with the same folder it copies what is new, and reads back a tenth of what it copied before: a copy that has gone bad \
            is mended from the data folder. The backup of before stays whole until the new one is; it is proven at its end. The server frees no space meanwhile. The root key is not part of it: keep a copy of it apart, because without it the \
            access keys, the KMS keys and what they encrypt cannot be opened. ferry restore is the way back.
            """
    )

    @Argument(help: ArgumentHelp("The folder of the backup; made when it is missing.", valueName: "dir"))
    var backup: String

    @OptionGroup var folder: DataFolderOptions
    @OptionGroup var rootKey: RootKeyOptions

    @Flag(help: "Read all of the backup again, and open every frame.")
    var check = false

    @Flag(name: .shortAndLong, help: "Do not say what the backup is at.")
    var quiet = false

    func run() async throws {
        let isQuiet = quiet
        let place = RootKeyOptions.absolute(backup)
        let backup = Backup(of: folder.folder, to: place, rootKey: try rootKey.source(), checksAll: check)
        let report = try await backup.run { line in if !isQuiet { Terminal.remark(line) } }
        Terminal.say(
            "\(report.regions) Regions, \(report.packs) packs, \(ByteText.size(report.bytes)); \(ByteText.size(report.bytesCopied)) were new"
        )
        for remark in report.remarks { Terminal.remark(remark) }
        for unmended in report.unmended { Terminal.complain(unmended) }
        for hurt in report.hurt { Terminal.complain("damaged before it was copied: \(hurt)") }
        if !report.hurt.isEmpty { Terminal.complain("the backup is made, and as good as the data folder: run ferry scrub on that") }
        if !report.hurt.isEmpty || !report.unmended.isEmpty { throw ExitCode.failure }
    }
}

/// Makes a data folder of a backup.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a data folder of a backup.",
        discussion: """
            The folder that --data names must be empty or missing. Put the copy of root.key into it, or name the key with \
            serve --root-key, before the server starts. When it is cut off, run it again. A backup that is damaged is not taken for whole: \
            with --accept-damage a data folder is made of what there is.
            """
    )

    @Argument(help: ArgumentHelp("The folder of the backup.", valueName: "dir"))
    var backup: String

    @OptionGroup var folder: DataFolderOptions

    @Flag(help: "Go on when files of the backup are damaged: copy what there is, and name them.")
    var acceptDamage = false

    @Flag(name: .shortAndLong, help: "Do not say what the restore is at.")
    var quiet = false

    func run() async throws {
        let isQuiet = quiet
        let folder = folder.folder
        let restore = Restore(from: RootKeyOptions.absolute(backup), to: folder, acceptsDamage: acceptDamage)
        let report = try await restore.run { line in if !isQuiet { Terminal.remark(line) } }
        Terminal.say(
            "\(report.regions) Regions, \(report.packs) packs, \(ByteText.size(report.bytes)), as of \(report.madeAt.formatted(.iso8601))"
        )
        if !FileManager.default.fileExists(atPath: folder.rootKey) {
            Terminal.remark("Put the root key at \(folder.rootKey), or name it with serve --root-key or --root-passphrase-file.")
        }
        for file in report.damaged { Terminal.complain("damaged in the backup: \(file)") }
        for hurt in report.hurt { Terminal.complain("damaged: \(hurt)") }
        if report.damaged.isEmpty, report.hurt.isEmpty { return }
        Terminal.complain("the data folder is made of what there was; once a server has started on it, ferry scrub names what is hurt")
        throw ExitCode.failure
    }
}
