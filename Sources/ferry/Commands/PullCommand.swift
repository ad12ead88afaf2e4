import ArgumentParser
import Client

/// `ferry pull`: an image's disk into a file.
struct PullCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Download the disk of an image or a snapshot into a sparse raw file, and check every block."
    )

    @Argument(help: "An image (ami-…) or a snapshot (snap-…).")
    var source: String

    @Argument(help: "The file to write.", completion: .file())
    var file: String

    @Option(help: "The device name of the disk, if the image has several. (default: the root device)")
    var device: String?

    @Flag(help: "Replace the file if it exists.")
    var force = false

    @OptionGroup var window: WindowOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func execute() async throws {
        let start = ContinuousClock.now
        var result = try await Session.run(server, connections: window.parallel) { session in
            let (path, force) = (file, force)
            // Before anything is asked of the server: a file that is in the way is in the way already now.
            let sink = try await session.pool.run { try SparseFile(creating: path, replacing: force) }
            do {
                return try await interruptible { try await pull(into: sink, session) }
            } catch {
                try? await session.pool.run { sink.discard() }
                throw error
            }
        }
        result.seconds = (TransferRate.seconds(start.duration(to: .now)) * 1_000).rounded() / 1_000
        try tell(result)
    }

    private func pull(into sink: SparseFile, _ session: Session) async throws -> PulledDisk {
        let disk = try await StoredDisk.one(source, device: device, region: session.region, client: session.client)
        let display = ProgressDisplay(labels: [file], quiet: output.quiet)
        display.update(0, done: 0, total: disk.snapshot.dataBytes)
        let download = SnapshotDownload(reader: disk.reader(session), window: window.parallel)
        return try await doing("downloading \(disk.snapshot.id) from \(session.region) to \(file)") {
            let summary = try await display.whileShown {
                try await download.run(into: sink) { display.advance(by: $0) }
            }
            var length = disk.snapshot.sizeGiB << 30
            switch disk.length {
            case nil:
                if !output.quiet {
                    Terminal.remark(
                        "The image has no tag \(ResourceTag.diskBytesKey), which tells the length of the disk: the whole volume is written."
                    )
                }
            case let pushed?:
                if summary.endOfData <= pushed {
                    length = pushed
                } else {
                    Terminal.remark(
                        "The tag \(ResourceTag.diskBytesKey) says \(pushed) bytes, but there is data after them: the whole volume is written."
                    )
                }
            }
            let finalLength = length
            try await session.pool.run { try sink.finish(length: finalLength) }
            return PulledDisk(
                file: file,
                snapshotId: disk.snapshot.id,
                region: session.region,
                diskBytes: length,
                blocks: summary.blocks,
                receivedBytes: summary.bytes
            )
        }
    }

    private func tell(_ result: PulledDisk) throws {
        if output.json { return try Terminal.say(json: result) }
        if output.quiet { return }
        Terminal.say(
            "\(result.file)  \(ByteText.size(result.diskBytes)), \(ByteText.size(result.receivedBytes)) of data received and checked in "
                + ByteText.time(result.seconds)
        )
    }

    /// The JSON of `ferry pull`.
    private struct PulledDisk: Encodable {
        var file: String
        var snapshotId: String
        var region: String
        var diskBytes: Int64
        var blocks: Int
        var receivedBytes: Int64
        var seconds = 0.0
    }
}
