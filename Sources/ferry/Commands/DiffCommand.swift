import ArgumentParser
import Client

/// `ferry diff`: which blocks turn the first disk into the second.
struct DiffCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Tell which blocks turn the first image or snapshot into the second.",
        discussion: """
            Within a Region the server compares the block lists of related snapshots. Otherwise the checksums of all blocks that both have \
            are compared; since a checksum comes only with its block, both disks are read.
            """
    )

    @OptionGroup var pair: PairOptions
    @OptionGroup var window: WindowOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func execute() async throws {
        let results = try await pair.compare(window, server, output) { disks, row, display, session in
            let change = SnapshotChange(in: disks.pair(session, window: window.parallel))
            let summary = try await change.run { display.advance(row, by: $0) }
            display.end(row, "done")
            return Change(disks, summary)
        }
        if output.json { return try Terminal.say(json: results) }
        for result in results { Terminal.say(output.quiet ? "\(result.changedBytes)" : result.text) }
    }

    /// One disk in the JSON of `ferry diff`.
    private struct Change: Encodable {
        var device: String
        var firstSnapshotId: String
        var secondSnapshotId: String
        var method: SnapshotChange.Method
        var changedBlocks: Int
        var changedBytes: Int64
        var droppedBlocks: Int
        /// Data of the second in all, where the server tells it.
        var secondDataBytes: Int64?

        init(_ pair: DiskPair, _ summary: SnapshotChange.Summary) {
            device = pair.right.deviceName
            firstSnapshotId = pair.left.snapshot.id
            secondSnapshotId = pair.right.snapshot.id
            method = summary.method
            changedBlocks = summary.changedBlocks
            changedBytes = summary.changedBytes
            droppedBlocks = summary.droppedBlocks
            secondDataBytes = pair.right.snapshot.dataBytes
        }

        var text: String {
            let name = device.isEmpty ? secondSnapshotId : device
            let whole = secondDataBytes.map { " of \(ByteText.size($0))" } ?? ""
            let dropped = droppedBlocks > 0 ? "; \(ByteText.count(droppedBlocks, "block")) to become zeros" : ""
            return
                "\(TerminalText.clean(name))  \(ByteText.size(changedBytes))\(whole) would move (\(ByteText.count(changedBlocks, "block")))\(dropped)"
        }
    }
}
