import Blocks
import Glibc
import NIOCore
import Synchronization
import TestSupport
import Testing
import Transfer

/// A random history of two places: disks are written, uploaded, copied, read and deleted while collections run, on disks that fail and
/// lose power.
struct CollectionHistory {
    private let places: [Place]
    private let rows = [ModelRows(), ModelRows()]
    private var stores: [BlockStore]
    private var generator: SeededGenerator

    init(pool: DiskPool, seed: UInt64) async throws {
        generator = SeededGenerator(seed: seed)
        let options = BlockStoreOptions(packBytes: 8_192 + UInt64.random(in: 2_000...12_000, using: &generator))
        places = [Place(pool: pool, options: options), Place(pool: pool, options: options)]
        stores = [try await places[0].open(), try await places[1].open()]
    }

    /// What several tasks do at once, then perhaps a crash, then a look at everything.
    mutating func bout(failing: Bool) async throws {
        if failing { injectFaults() }
        let isCut = failing && generator.oneIn(3)
        let (rows, stores) = (rows, stores)
        let actors = (0..<Int.random(in: 2...6, using: &generator)).map { _ in
            Actor(rows: rows, stores: stores, generator: SeededGenerator(seed: generator.next()))
        }
        await withTaskGroup(of: Void.self) { group in
            for actor in actors { group.addTask { await actor.act() } }
            // The first that is done takes the others with it: they are cut off wherever they are.
            if isCut {
                await group.next()
                group.cancelAll()
            }
        }
        for place in places {
            place.disk.setFaults(nil)
            place.index.failCommits(nil)
        }
        for number in places.indices where failing && generator.oneIn(2) {
            if generator.oneIn(2) { places[number].disk.powerCut(using: &generator) }
            self.stores[number] = try await places[number].open()
            // Uploads and copies of a process that is gone go on in the next one; here they are given up.
            rows[number].change {
                $0.uploads = [:]
                $0.copies = [:]
            }
        }
        try await verify()
    }

    /// Everything that the rows refer to is there and equal, and no page or root can be relied on without what it lists. One that a power
    /// cut kept, while it lost a block under it, is suspect: a copy does not skip what is under it.
    private func verify() async throws {
        for (place, store) in zip(rows, stores) {
            for snapshot in place.now.snapshots.values {
                #expect(try await snapshot.disk.differences(to: snapshot.root, in: store) == [])
            }
        }
        for (place, store) in zip(places, stores) {
            let all = place.index.all
            let sound = try await store.contains(Array(all.keys))
            for address in sound {
                switch all[address]?.kind {
                case .page:
                    let page = try await store.readPage(address)
                    #expect(sound.isSuperset(of: page.allDigests), "a page without its blocks")
                case .root:
                    let root = try await store.readRoot(address)
                    #expect(sound.isSuperset(of: root.entries.map(\.digest)), "a root without its pages")
                case .block, nil: break
                }
            }
            #expect(try await place.damages(under: []) == [])
        }
    }

    /// With nobody else at work: exactly what is reachable is left, and its packs are at least half alive.
    mutating func collectQuietly() async throws {
        for number in places.indices {
            rows[number].change {
                $0.uploads = [:]
                $0.copies = [:]
            }
        }
        for number in places.indices {
            _ = try await CollectionRound(store: stores[number]).run { [rows, stores] in
                try await ModelRows.mark($0, place: number, rows: rows, stores: stores)
            }
            var reachable: Set<Digest> = []
            for snapshot in rows[number].now.snapshots.values {
                let map = try await stores[number].readRoot(snapshot.root)
                reachable.formUnion([snapshot.root] + map.entries.map(\.digest) + snapshot.disk.numbers.map(ModelDisk.digest))
            }
            let all = places[number].index.all
            #expect(Set(all.keys) == reachable)
            var live: [PackID: Int] = [:]
            for location in all.values { live[location.pack, default: 0] += Int(location.frameLength) }
            for name in places[number].disk.names {
                let pack = try #require(PackID(fileName: name))
                let size = places[number].disk.contents(name).count - Int(PackHeader.firstFrame)
                // Packs of an ended process may hold, behind what is indexed, what nobody was told of.
                let indexed = Int(try places[number].index.indexedLengths()[pack] ?? 0) - Int(PackHeader.firstFrame)
                #expect(size > indexed || 2 * live[pack, default: 0] >= size, "\(name): \(live[pack, default: 0]) of \(size)")
            }
        }
        try await verify()
    }

    mutating func deleteAll() {
        for place in rows { place.change { $0.snapshots = [:] } }
    }

    /// Opens both places as the next process would: what is unindexed is taken in and can be collected.
    mutating func reopen() async throws {
        for number in places.indices { stores[number] = try await places[number].open() }
    }

    /// The packs that there are, how long each is and how far it is indexed.
    var packs: [String] {
        get throws {
            try places.flatMap { place in
                let lengths = try place.index.indexedLengths()
                return place.disk.names.map { name in
                    let indexed = PackID(fileName: name).flatMap { lengths[$0] }.map { "\($0)" } ?? "nothing"
                    return "\(name) of \(place.disk.contents(name).count), indexed \(indexed)"
                }
            }
        }
    }

    private mutating func injectFaults() {
        for place in places {
            let dice = SharedDice(seed: generator.next())
            place.disk.setFaults { event in
                switch event.call {
                case .write: dice.oneIn(60) ? .error(dice.oneIn(2) ? ENOSPC : EIO) : nil
                case .sync, .syncFolder, .remove, .create, .list, .punch: dice.oneIn(30) ? .error(EIO) : nil
                case .read, .open: nil
                }
            }
            place.index.failCommits { _ in dice.oneIn(60) ? IOFailure(call: "commit", path: "index", errno: ENOSPC) : nil }
        }
    }
}

/// A generator that many threads ask.
final class SharedDice: Sendable {
    private let generator: Mutex<SeededGenerator>

    init(seed: UInt64) { generator = Mutex(SeededGenerator(seed: seed)) }

    func oneIn(_ count: Int) -> Bool { generator.withLock { $0.oneIn(count) } }
}
