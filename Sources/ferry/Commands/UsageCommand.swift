import ArgumentParser
import Client
import Domain
import Services

/// `ferry du`: what images and snapshots take of the disk.
struct UsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "du",
        abstract: "Show how much each image and snapshot stores alone and shared, and how much is garbage.",
        discussion: """
            ALONE is freed when the image is removed with the snapshots that no other image uses, or when the snapshot is removed; \
            SHARED is also used by others. An instance-store image has neither: its bundle counts as objects. \
            The data folder is only read, so the server may be running.
            """
    )

    @Argument(help: ArgumentHelp("Images (ami-…) or snapshots (snap-…). (default: all)", valueName: "image"))
    var ids: [String] = []

    @OptionGroup var folder: DataFolderOptions
    @OptionGroup var rootKey: RootKeyOptions

    @Option(help: ArgumentHelp("Only this Region.", valueName: "region"))
    var region: Region?

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() async throws {
        let folder = folder.folder
        let regions = try Maintenance(folder: folder).regions()
        if let region, !regions.contains(region) { throw ValidationError("there is no Region \(region) in \(folder.path)") }
        var missing = Set(ids)
        var listing = JSONListing(isUsed: json)
        for region in region.map({ [$0] }) ?? regions {
            var table = UsageLines(region: region)
            let usage = try await Maintenance(folder: folder).usage(of: region, only: Set(ids), rootKey: try rootKey.source()) { use in
                let listed = ListedUse(use, region: region)
                missing.remove(listed.id)
                if json { try listing.add(listed) } else { table.say(listed) }
            }
            if ids.isEmpty {
                if json { try listing.add(ListedRegion(usage, region: region)) } else { Terminal.say("\(region): \(Self.text(usage))") }
            }
            if usage.unreadableMaps > 0 {
                Terminal.remark(
                    "\(region): \(usage.unreadableMaps) maps cannot be read, and what is under them counts as garbage: run ferry scrub"
                )
            }
        }
        listing.end()
        for id in missing.sorted() { Terminal.complain("there is no image or snapshot \(id) in \(folder.path)") }
        if !missing.isEmpty { throw ExitCode.failure }
    }

    private static func text(_ usage: RegionUsage) -> String {
        let packs = "\(ByteText.count(usage.packs, "pack")) of \(ByteText.size(usage.packBytes))"
        let parts = [
            "\(ByteText.size(usage.snapshotBytes)) in snapshots", "\(ByteText.size(usage.volumeBytes)) in volumes",
            "\(ByteText.size(usage.objectBytes)) in objects",
            "\(ByteText.size(usage.unfinishedBytes)) being uploaded or copied",
            "\(ByteText.size(usage.garbageBytes)) garbage",
        ]
        let written = usage.writtenBytes == 0 ? "" : "; \(ByteText.size(usage.writtenBytes)) written to volumes"
        return "\(ByteText.size(usage.storedBytes)) stored in \(packs): " + parts.joined(separator: ", ") + written
    }
}

/// The lines of one Region, written as they come: ids have one length, so columns need not know what follows.
private struct UsageLines {
    let region: Region
    private var kind = ""

    init(region: Region) { self.region = region }

    mutating func say(_ use: ListedUse) {
        if kind.isEmpty { Terminal.say("\(region)") }
        if use.type != kind {
            kind = use.type
            say([kind.uppercased(), "SIZE", "DATA", "ALONE", "SHARED", kind == "image" ? "NAME" : ""])
        }
        let sizes = [use.sizeBytes, use.dataBytes, use.aloneBytes, use.sharedBytes].map(ByteText.size)
        say([use.id] + sizes + [use.name.map(TerminalText.clean) ?? ""])
    }

    private func say(_ columns: [String]) {
        var line = columns[0] + String(repeating: " ", count: max(0, 22 - columns[0].count))
        for size in columns[1...4] { line += String(repeating: " ", count: max(2, 12 - size.count)) + size }
        Terminal.say(columns[5].isEmpty ? line : line + "  " + columns[5])
    }
}
