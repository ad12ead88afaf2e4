import ArgumentParser
import Domain
import Services

/// Reads every stored byte and says what is damaged.
struct ScrubCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scrub",
        abstract: "Read and check every stored byte, and name the snapshots that damage hurts.",
        discussion: "It only reads, so it may run beside the server. The exit code is 1 when anything is damaged."
    )

    @OptionGroup var folder: DataFolderOptions

    func run() async throws {
        let folder = folder.folder
        var isSound = true
        for region in try folder.regions() {
            let report = try await Maintenance(folder: folder).scrub(region)
            print("\(region): \(report.frames) frames in \(report.packs) packs, \(report.damages.count) damaged")
            for damage in report.damages { print("\(region): \(damage)") }
            for hurt in report.hurtSnapshots { print("\(region): snapshot \(hurt.snapshot) is hurt: \(hurt.detail)") }
            isSound = isSound && report.damages.isEmpty && report.hurtSnapshots.isEmpty
        }
        guard isSound else { throw ExitCode.failure }
    }
}
