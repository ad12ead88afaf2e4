import ArgumentParser
import Domain
import Services

/// Says how the files of a data folder stand to each other, and goes on when some of them are lost.
struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Say whether the files of a data folder belong together, and go on when some are lost.",
        discussion: """
            Without an option it changes nothing; the exit code is 1 when anything is amiss. The best way on is always to put the right \
            files back from a backup. With an option the server must be stopped. \
            --accept goes on from rows that are older than the packs: the next collection frees what they do not know. \
            --begin-anew sets what is left aside, in DIR/set-aside, and deletes nothing.
            """
    )

    @OptionGroup var folder: DataFolderOptions

    @Option(help: ArgumentHelp("Go on from the rows that the Region has.", valueName: "region"))
    var accept: Region?

    @Option(help: ArgumentHelp("Begin anew with an empty Region, or with another directory.", valueName: "region|directory"))
    var beginAnew: String?

    func validate() throws {
        guard accept == nil || beginAnew == nil else { throw ValidationError("--accept and --begin-anew exclude each other") }
        guard let beginAnew, beginAnew != Recover.directoryName, Region(rawValue: beginAnew) == nil else { return }
        throw ValidationError("--begin-anew takes the name of a Region, or 'directory'")
    }

    func run() async throws {
        let folder = folder.folder
        let recover = Recover(folder: folder)
        guard accept != nil || beginAnew != nil else { return try report(recover) }
        guard folder.exists else { throw NoDataFolder(path: folder.path) }
        let lock = try folder.lock()
        if let accept {
            try recover.accept(accept)
            print("\(accept): goes on from the rows that it has")
        } else if let beginAnew {
            let region = beginAnew == Recover.directoryName ? nil : Region(rawValue: beginAnew)
            let aside = if let region { try recover.beginAnew(region) } else { try recover.beginAnewWithDirectory() }
            print("\(beginAnew): begins anew" + (aside.map { "; what there was is in \($0)" } ?? ""))
        }
        lock.release()
    }

    private func report(_ recover: Recover) throws {
        guard folder.folder.exists else { throw NoDataFolder(path: folder.folder.path) }
        var isAmiss = false
        for (name, trouble) in try recover.findings() {
            isAmiss = isAmiss || trouble != nil
            print("\(name): " + (trouble.map { "\($0)" } ?? "as it should be"))
        }
        if isAmiss { throw ExitCode.failure }
    }
}
