import ArgumentParser
import Client
import Domain
import Services

/// Reads every stored byte, says what is damaged, and mends it when asked to.
struct ScrubCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scrub",
        abstract: "Read and check every stored byte, and name the snapshots and objects that are damaged.",
        discussion: """
            Without --repair it only reads, so the server may be running. The databases are checked, too. The exit code is 1 if there is \
            damage that was not repaired.

            With --repair, damaged blocks and maps are copied from another Region of the same folder that has them intact, and a damaged \
            copy of a pack's header is rewritten from the other one. What no Region has intact is stored again by the next push or \
            copy of the same bytes. The server must be stopped.
            """
    )

    @OptionGroup var folder: DataFolderOptions
    @OptionGroup var rootKey: RootKeyOptions

    @Flag(help: "Repair what can be repaired; the server must be stopped.")
    var repair = false

    func run() async throws {
        if repair {
            let lock = try folder.folder.lock()
            let isSound = try await scrub()
            lock.release()
            guard isSound else { throw ExitCode.failure }
        } else {
            guard try await scrub() else { throw ExitCode.failure }
        }
    }

    /// False when there is damage left.
    private func scrub() async throws -> Bool {
        let folder = folder.folder
        var isSound = true
        if let damage = try await Maintenance(folder: folder).directoryDamage() {
            print("directory: \(damage)")
            isSound = false
        }
        for region in try Maintenance(folder: folder).regions() {
            let report = try await Maintenance(folder: folder).scrub(region, repairing: repair, rootKey: try rootKey.source())
            let mended = repair ? ", \(report.mended) repaired" : ""
            print(
                "\(region): \(ByteText.count(report.frames, "frame")) in \(ByteText.count(report.packs, "pack")), \(report.damages.count) damaged\(mended)"
            )
            if report.brought > 0 { print("\(region): \(ByteText.count(report.brought, "missing frame")) copied from other Regions") }
            if report.missing > 0 {
                print(
                    "\(region): \(ByteText.count(report.missing, "frame")) missing: ferry rebuild-index finds those in packs that were put back"
                )
            }
            if report.lockedFrames > 0 {
                print("\(region): \(ByteText.count(report.lockedFrames, "frame")) not checked: their keys cannot be used")
            }
            for damage in report.damages { print("\(region): \(damage)") }
            for hurt in report.hurt { print("\(region): \(hurt.holder) is hurt: \(hurt.detail)") }
            isSound = isSound && report.isSound
        }
        return isSound
    }
}
