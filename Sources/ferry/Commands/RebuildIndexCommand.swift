import ArgumentParser
import Blocks
import Client
import Domain
import Services

/// Makes the index over the packs anew.
struct RebuildIndexCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild-index",
        abstract: "Rebuild the index from the packs. The server must be stopped.",
        discussion: """
            Every frame is opened and checked. Damaged ranges are printed, packs that are missing or cut short, and the snapshots, images and \
            objects that are affected; the exit code is 1 if there are any. Everything that is intact stays readable. A damaged index is kept \
            under another name.
            """
    )

    @OptionGroup var folder: DataFolderOptions
    @OptionGroup var rootKey: RootKeyOptions

    func run() async throws {
        let folder = folder.folder
        let lock = try folder.lock()
        var damages = 0
        for region in try Maintenance(folder: folder).regions() {
            let report = try await Maintenance(folder: folder).rebuildIndex(of: region, rootKey: try rootKey.source())
            print("\(region): \(ByteText.count(report.frames, "frame")) in \(ByteText.count(report.packs, "pack"))")
            if let place = report.setAside { print("\(region): the index was damaged and is kept as \(place)") }
            for damage in report.damages { print("\(region): \(damage)") }
            damages += report.damages.count
        }
        lock.release()
        guard damages == 0 else { throw ExitCode.failure }
    }
}
