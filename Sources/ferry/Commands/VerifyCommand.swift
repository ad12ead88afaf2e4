import ArgumentParser
import Client

/// `ferry verify`: whether two disks are equal, byte for byte.
struct VerifyCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare two images or snapshots byte for byte. The exit code is 3 if they differ.",
        discussion: "Both disks are read completely, and every block is checked against its checksum."
    )

    @OptionGroup var pair: PairOptions
    @OptionGroup var window: WindowOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func execute() async throws {
        let results = try await pair.compare(window, server, output, compare)
        let areEqual = results.allSatisfy(\.equal)
        if output.json {
            try Terminal.say(json: results)
        } else if !output.quiet {
            for result in results { Terminal.say(result.text) }
        }
        if !areEqual { throw ExitCode(ExitCodes.different) }
    }

    private func compare(_ disks: DiskPair, _ row: Int, _ display: ProgressDisplay, _ session: Session) async throws -> Verdict {
        guard disks.left.snapshot.sizeGiB == disks.right.snapshot.sizeGiB else {
            display.end(row, "different")
            return Verdict(disks, SnapshotComparison.Summary(blocksCompared: 0))
        }
        display.update(row, done: 0, total: [disks.left, disks.right].compactMap(\.snapshot.dataBytes).max())
        let comparison = SnapshotComparison(of: disks.pair(session, window: window.parallel))
        let summary = try await comparison.run { display.advance(row, by: $0) }
        display.end(row, summary.first == nil ? "equal" : "different")
        return Verdict(disks, summary)
    }

    /// One disk in the JSON of `ferry verify`.
    private struct Verdict: Encodable {
        var equal: Bool
        var device: String
        var firstSnapshotId: String
        var secondSnapshotId: String
        var firstSizeGiB: Int64
        var secondSizeGiB: Int64
        var blocksCompared: Int
        /// Of the first difference.
        var blockIndex: Int?
        var byteOffset: Int64?

        init(_ disks: DiskPair, _ summary: SnapshotComparison.Summary) {
            device = disks.left.deviceName
            firstSnapshotId = disks.left.snapshot.id
            secondSnapshotId = disks.right.snapshot.id
            firstSizeGiB = disks.left.snapshot.sizeGiB
            secondSizeGiB = disks.right.snapshot.sizeGiB
            blocksCompared = summary.blocksCompared
            blockIndex = summary.first?.blockIndex
            byteOffset = summary.first?.byteOffset
            equal = summary.first == nil && firstSizeGiB == secondSizeGiB
        }

        var text: String {
            let name = TerminalText.clean(device.isEmpty ? firstSnapshotId : device)
            if equal {
                return
                    "\(name)  equal: \(ByteText.count(blocksCompared, "block")) with data, \(ByteText.size(Int64(blocksCompared) * Int64(DiskBlock.size))), every byte compared"
            }
            guard let blockIndex, let byteOffset else { return "\(name)  different: \(firstSizeGiB) GiB and \(secondSizeGiB) GiB" }
            return "\(name)  different: first at byte \(byteOffset), in block \(blockIndex)"
        }
    }
}
