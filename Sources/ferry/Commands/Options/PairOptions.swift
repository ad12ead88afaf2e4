import ArgumentParser
import Client

/// Two disks, or images, that may lie in two Regions.
struct PairOptions: ParsableArguments {
    @Argument(help: "An image (ami-…) or a snapshot (snap-…).")
    var first: String

    @Argument(help: "The other image or snapshot.")
    var second: String

    @Option(help: "The Region of the second, if it is another.")
    var toRegion: String?
}

/// Two disks side by side.
struct DiskPair: Sendable {
    var left: StoredDisk
    var right: StoredDisk

    /// The disks of both sides, matched by device name; single disks match whatever they are called.
    static func match(_ pair: PairOptions, _ session: Session) async throws -> [DiskPair] {
        let (leftRegion, rightRegion) = (session.region, pair.toRegion ?? session.region)
        async let leftDisks = StoredDisk.all(pair.first, region: leftRegion, client: session.client)
        async let rightDisks = StoredDisk.all(pair.second, region: rightRegion, client: session.client)
        let (left, right) = try await (leftDisks, rightDisks)
        if left.count == 1, right.count == 1 { return [DiskPair(left: left[0], right: right[0])] }
        let names = (left.map(\.deviceName).sorted(), right.map(\.deviceName).sorted())
        guard names.0 == names.1 else {
            throw Refusal(
                "the two have different disks: \(pair.first) \(names.0.joined(separator: ", ")); \(pair.second) \(names.1.joined(separator: ", "))"
            )
        }
        return left.compactMap { disk in right.first { $0.deviceName == disk.deviceName }.map { DiskPair(left: disk, right: $0) } }
    }

    func pair(_ session: Session, window: Int) -> SnapshotPair {
        SnapshotPair(left: left.reader(session), right: right.reader(session), window: window)
    }

    /// How the pair is called in progress and results.
    var label: String { left.deviceName.isEmpty ? left.snapshot.id : left.deviceName }
}

extension PairOptions {
    /// Compares the disks of both, one pair after the other, and shows how far it has come.
    func compare<Result: Sendable>(
        _ window: WindowOptions,
        _ server: ServerOptions,
        _ output: OutputOptions,
        _ body: @escaping @Sendable (DiskPair, _ row: Int, ProgressDisplay, Session) async throws -> Result
    ) async throws -> [Result] {
        try await Session.run(server, connections: 2 * window.parallel) { session in
            try await interruptible {
                let pairs = try await DiskPair.match(self, session)
                let display = ProgressDisplay(labels: pairs.map(\.label), quiet: output.quiet)
                return try await doing("comparing \(first) with \(second)") {
                    try await display.whileShown {
                        var results: [Result] = []
                        for (row, disks) in pairs.enumerated() { results.append(try await body(disks, row, display, session)) }
                        return results
                    }
                }
            }
        }
    }
}
