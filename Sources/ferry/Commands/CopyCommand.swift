import ArgumentParser
import Client
import Foundation
import Synchronization

/// `ferry copy`: an image into other Regions.
struct CopyCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy an image to one or more Regions and show the progress.",
        discussion: """
            If one destination fails, the others continue. Ctrl-C stops the display; the copies go on.

            With --estimate nothing is copied: each Region says how much would move, how long that takes and what stands in the way.
            """
    )

    @Argument(help: "The image (ami-…).")
    var image: String

    @Option(help: "The Region of the image. (default: --region, else the environment)")
    var from: String?

    @Option(help: ArgumentHelp("The destination Regions, separated by commas; repeatable.", valueName: "region,…"))
    var to: [String]

    @Option(help: "The name of the copies. (default: the name of the image)")
    var name: String?

    @Option(help: "The description of the copies.")
    var description: String?

    @Flag(inversion: .prefixedNo, help: "Copy the tags of the image.")
    var tags = true

    @OptionGroup var encryption: CopyEncryptionOptions

    @Option(help: "Destinations at a time, 1 to 256.")
    var parallel = 16

    @Flag(inversion: .prefixedNo, help: "Wait until the copies have finished.")
    var wait = true

    @Flag(help: "Only say what would move, how long that takes and what stands in the way.")
    var estimate = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    /// The destinations in their order, each once.
    private var destinations: [String] {
        var seen: Set<String> = []
        return to.flatMap { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }.filter { seen.insert($0).inserted }
    }

    func validate() throws {
        guard !destinations.isEmpty else { throw ValidationError("--to takes a Region.") }
        guard (1...256).contains(parallel) else { throw ValidationError("--parallel takes a number from 1 to 256.") }
        try encryption.validate(destinations: destinations)
        guard from == nil || server.region == nil || from == server.region else {
            throw ValidationError("--from and --region both name the Region of the image; give one.")
        }
    }

    func execute() async throws {
        if estimate { return try await tellEstimates() }
        let regions = destinations
        let ledger = CopyLedger()
        let display = ProgressDisplay(labels: regions, quiet: output.quiet || !wait)
        do {
            let results = try await Session.run(server) { session in
                try await interruptible {
                    let request = try await request(session)
                    let results = try await display.whileShown {
                        await copies(of: request, to: regions, session, display, ledger)
                    }
                    // What the destinations report of an interruption is not their failure.
                    try Task.checkCancellation()
                    return results
                }
            }
            if output.json { try Terminal.say(json: results) }
            try ExitCodes.report(failures: results.count { $0.error != nil }, of: results.count)
        } catch let error as Interrupted {
            ledger.tellHowToCancel()
            throw error
        }
    }

    private func tellEstimates() async throws {
        let regions = destinations
        let estimates = try await Session.run(server) { session in
            try await interruptible {
                let request = try await request(session)
                let requests = regions.map {
                    RegionEstimate(session: session, request: encryption.applied(to: request, into: $0), region: $0)
                }
                let estimates = await sideBySide(requests) { await $0.run() }
                // What the destinations report of an interruption is not their failure.
                try Task.checkCancellation()
                return estimates
            }
        }
        if output.json { try Terminal.say(json: estimates) }
        for estimate in estimates {
            if let error = estimate.error { Terminal.remark("ferry: \(error)") }
            if !output.json { for line in estimate.lines { Terminal.say(TerminalText.clean(line)) } }
        }
        try ExitCodes.report(failures: estimates.count { !$0.isClear }, of: estimates.count)
    }

    private func request(_ session: Session) async throws -> ImageCopyRequest {
        let region = from ?? session.region
        let source = try await doing("looking up \(image) in \(region)") { try await session.client.image(image, region: region) }
        guard let source else {
            throw Refusal(
                "the image \(image) in \(region) was deregistered",
                advice: "`ferry images --all-regions` lists those that there are."
            )
        }
        return ImageCopyRequest(
            sourceImageID: image,
            sourceRegion: region,
            name: name ?? source.name,
            details: description,
            copyTags: tags,
            clientToken: UUID().uuidString
        )
    }

    private func copies(
        of request: ImageCopyRequest,
        to regions: [String],
        _ session: Session,
        _ display: ProgressDisplay,
        _ ledger: CopyLedger
    ) async -> [CopyResult] {
        let copies = regions.enumerated().map { row, region in
            RegionCopy(
                session: session,
                request: encryption.applied(to: request, into: region),
                region: region,
                waits: wait,
                row: row,
                display: display,
                ledger: ledger
            )
        }
        return await sideBySide(copies) {
            await $0.run()
        } each: { result in
            if !Task.isCancelled { tell(result, display) }
        }
    }

    /// Runs all destinations, a bounded number at once; each ends with a result, good or bad.
    private func sideBySide<Destination: Sendable, Result: Sendable>(
        _ destinations: [Destination],
        _ run: @escaping @Sendable (Destination) async -> Result,
        each: (Result) -> Void = { _ in }
    ) async -> [Result] {
        await withTaskGroup(of: (Int, Result).self) { group in
            var results: [Int: Result] = [:]
            var waiting = destinations.enumerated().makeIterator()
            func startNext() {
                guard let (row, destination) = waiting.next() else { return }
                group.addTask { (row, await run(destination)) }
            }
            for _ in 0..<parallel { startNext() }
            for await (row, result) in group {
                results[row] = result
                each(result)
                startNext()
            }
            return results.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private func tell(_ result: CopyResult, _ display: ProgressDisplay) {
        if let error = result.error {
            display.say("ferry: \(error)", asRemark: true)
        } else if output.json {
            return
        } else if output.quiet, let id = result.imageId {
            display.say(id)
        } else {
            display.say(TerminalText.clean(result.text))
        }
    }
}
