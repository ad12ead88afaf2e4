import ArgumentParser
import Domain
import Logging
import Services

/// Says how the files of a data folder stand to each other, and goes on when some of them are lost.
struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Check that the files of a data folder belong together, and continue when some are lost.",
        discussion: """
            Without an option it changes nothing; the exit code is 1 if anything is wrong. Restoring the right files from a backup is always \
            best. With an option the server must be stopped. \
            --accept continues with rows that are older than the packs: the next collection frees what they do not know. \
            With a directory that is older than the folder, everything newer is lost except the names of buckets. \
            --begin-anew moves what is left into DIR/set-aside and deletes nothing. \
            --new-access-key makes another access key for the root account and writes it to DIR/credentials: it needs the root key.
            """
    )

    @OptionGroup var folder: DataFolderOptions

    @OptionGroup var root: RootKeyOptions

    @Option(help: ArgumentHelp("Continue with the rows that the Region has, or with the directory.", valueName: "region|directory"))
    var accept: String?

    @Option(help: ArgumentHelp("Start over with an empty Region, or with a new directory.", valueName: "region|directory"))
    var beginAnew: String?

    @Flag(help: "Make a new access key for the root account. The server must be stopped.")
    var newAccessKey = false

    func validate() throws {
        guard [accept != nil, beginAnew != nil, newAccessKey].count(where: { $0 }) < 2 else {
            throw ValidationError("Give one of --accept, --begin-anew and --new-access-key.")
        }
        guard let name = accept ?? beginAnew, name != Recover.directoryName, Region(rawValue: name) == nil else { return }
        throw ValidationError("\(accept == nil ? "--begin-anew" : "--accept") takes the name of a Region, or '\(Recover.directoryName)'")
    }

    func run() async throws {
        let folder = folder.folder
        let recover = Recover(folder: folder)
        guard accept != nil || beginAnew != nil || newAccessKey else { return try await report(recover) }
        guard folder.exists else { throw NoDataFolder(path: folder.path) }
        let lock = try folder.lock()
        if newAccessKey {
            let made = try await RootAccount.makeKey(in: folder, rootKey: root.source(), logger: Logger(label: "ferry"))
            print("The account \(made.account) has the new access key \(made.accessKeyID); its secret is in \(folder.credentials)")
        } else if let accept {
            if let region = Region(rawValue: accept) { try recover.accept(region) } else { try recover.acceptDirectory() }
            print("\(accept): continues with the rows that it has")
        } else if let beginAnew {
            let aside =
                if let region = Region(rawValue: beginAnew) { try recover.beginAnew(region) } else { try recover.beginAnewWithDirectory() }
            print("\(beginAnew): starts over" + (aside.map { "; what there was is in \($0)" } ?? ""))
        }
        lock.release()
    }

    private func report(_ recover: Recover) async throws {
        guard folder.folder.exists else { throw NoDataFolder(path: folder.folder.path) }
        var isAmiss = false
        for finding in try await recover.findings(rootKey: root.source()) {
            isAmiss = isAmiss || finding.trouble != nil
            print("\(finding.name): " + (finding.trouble.map { "\($0)" } ?? "all is well"))
        }
        if isAmiss { throw ExitCode.failure }
    }
}
