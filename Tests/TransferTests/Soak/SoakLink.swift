import Blocks
import TestSupport
import Transfer

/// How a copy of a soak reaches its source.
enum SoakLink {
    case samePlace
    /// One answer in so many is bad.
    case network(seed: UInt64, oneIn: Int)

    static func random(using generator: inout SeededGenerator) -> SoakLink {
        if generator.oneIn(2) { return .samePlace }
        return .network(seed: generator.next(), oneIn: generator.oneIn(3) ? .max : Int.random(in: 4...25, using: &generator))
    }

    /// Copies, and gives up where the link stands still, as a time limit would.
    func copy(_ root: Digest, from source: BlockStore, into destination: BlockStore, by engine: CopyEngine, tally: FaultTally) async
        -> Result<Void, any Error>
    {
        do {
            switch self {
            case .samePlace:
                _ = try await engine.copy(root, from: StoreSource(source), into: destination) { _ in }
            case .network(let seed, let count):
                try await cancelling { cancel in
                    let plan = FaultyLink.plan(seed: seed, oneIn: count)
                    let link = FaultyLink(source, tally: tally, whenStalled: cancel, plan: plan)
                    _ = try await engine.copy(root, from: link, into: destination) { _ in }
                }
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }
}
