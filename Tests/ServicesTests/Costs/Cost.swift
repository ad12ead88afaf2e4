import Blocks
import Metadata
import Services
import Testing

/// What a path asked of a Region, as counts that no machine changes.
struct Cost {
    var bytesHashed: UInt64
    var bytesAppended: UInt64
    var bytesRead: UInt64
    var packSyncs: UInt64
    var indexCommits: UInt64
    var statements: UInt64
    var rowCommits: UInt64

    /// What has been asked of a Region so far.
    init(_ store: RegionStore) {
        let blocks = store.blocks.statistics.counts
        let sql = store.sql.counts
        bytesHashed = blocks.bytesHashed
        bytesAppended = blocks.bytesAppended
        bytesRead = blocks.bytesRead
        packSyncs = blocks.syncs
        indexCommits = blocks.indexCommits
        statements = sql.statements
        rowCommits = sql.commits - blocks.indexCommits
    }

    static func - (later: Cost, earlier: Cost) -> Cost {
        var cost = later
        for counter in counters { cost[keyPath: counter.path] -= earlier[keyPath: counter.path] }
        return cost
    }

    static let counters: [(name: String, path: any WritableKeyPath<Cost, UInt64> & Sendable)] = [
        ("bytes hashed", \.bytesHashed), ("bytes appended", \.bytesAppended), ("bytes read", \.bytesRead), ("pack syncs", \.packSyncs),
        ("index commits", \.indexCommits), ("SQL statements", \.statements), ("row commits", \.rowCommits),
    ]
}

/// The most that a counter may be, per GiB of data. A limit that is `tight` is a ratchet: when the count falls by more than a tenth below
/// it, the test fails too, and the limit is to be lowered to what was reached. Counts that depend on what happens to share a sync or a turn of
/// a reconciler are not tight: their limits are twice what they are at most.
struct Threshold {
    let counter: String
    let perGiB: Double
    let isTight: Bool

    static func tight(_ counter: String, _ perGiB: Double) -> Threshold { Threshold(counter: counter, perGiB: perGiB, isTight: true) }
    static func loose(_ counter: String, _ perGiB: Double) -> Threshold { Threshold(counter: counter, perGiB: perGiB, isTight: false) }

    /// Holds every counter against its threshold. `data` is in bytes.
    static func check(_ cost: Cost, _ thresholds: [Threshold], data: Int, sourceLocation: SourceLocation = #_sourceLocation) {
        let share = Double(data) / Double(1 << 30)
        #expect(thresholds.map(\.counter) == Cost.counters.map(\.name), "each counter has a threshold", sourceLocation: sourceLocation)
        for (threshold, counter) in zip(thresholds, Cost.counters) {
            let found = Double(cost[keyPath: counter.path]) / share
            #expect(found <= threshold.perGiB, "\(counter.name): \(found) per GiB", sourceLocation: sourceLocation)
            if threshold.isTight {
                #expect(found >= threshold.perGiB * 0.9, "\(counter.name): lower the threshold to \(found)", sourceLocation: sourceLocation)
            }
        }
    }
}
