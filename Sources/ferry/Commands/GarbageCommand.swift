import ArgumentParser
import Blocks
import Client
import Domain
import Logging
import Services

/// Frees what nothing refers to any more.
struct GarbageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Free the space of deleted data. The server must be stopped.",
        discussion: "A running server does this by itself: see --collect-every of ferry serve."
    )

    @OptionGroup var folder: DataFolderOptions
    @OptionGroup var rootKey: RootKeyOptions

    @Option(help: ArgumentHelp("Only this Region.", valueName: "region"))
    var region: Region?

    func run() async throws {
        let folder = folder.folder
        let source = try rootKey.source()
        let regions = try Maintenance(folder: folder).regions()
        if let region, !regions.contains(region) { throw ValidationError("there is no Region \(region) in \(folder.path)") }
        let lock: DataFolderLock
        do {
            lock = try folder.lock()
        } catch let error as DataFolderInUse {
            throw ServerCollects(cause: error)
        }
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "ferry")
        logger.logLevel = .warning
        for region in region.map({ [$0] }) ?? regions {
            let report = try await Maintenance(folder: folder).collect(region, rootKey: source, logger: logger)
            print("\(region): \(Self.text(report))")
        }
        lock.release()
    }

    private static func size(_ bytes: UInt64) -> String { ByteText.size(Int64(clamping: bytes)) }

    private static func text(_ report: CollectionReport) -> String {
        var text = "\(ByteText.count(report.framesRemoved, "frame")) of \(Self.size(report.bytesRemoved)) freed, "
        text += "\(ByteText.count(report.packsRemoved, "pack")) deleted, \(report.packsRewritten) of them rewritten, "
        text += "\(Self.size(report.bytesGivenBack - min(report.bytesGivenBack, report.bytesRewritten))) given back"
        if report.framesUnreadable > 0 { text += "; \(ByteText.count(report.framesUnreadable, "frame")) cannot be read: run ferry scrub" }
        if !report.packsKept.isEmpty {
            text +=
                "; \(ByteText.count(report.packsKept.count, "pack")) kept, in which missing frames may stand: run ferry scrub, then ferry rebuild-index"
        }
        if report.packsWithoutRoom > 0 {
            text += "; no room to rewrite \(ByteText.count(report.packsWithoutRoom, "pack")): free some space first"
        }
        return text
    }
}

/// The folder is in use: mostly by a server, which needs no help.
private struct ServerCollects: Error, CustomStringConvertible {
    let cause: DataFolderInUse

    var description: String { "\(cause). A server collects by itself: there is nothing to do while it runs" }
}

extension Region: ExpressibleByArgument {}
