import Blocks
import Synchronization
import TestSupport

/// A disk as a dictionary: the number of the content of each block that holds data.
struct ModelDisk: Equatable {
    var volumeBlocks: UInt64
    var blocks: [UInt64: UInt64]

    var numbers: Set<UInt64> { Set(blocks.values) }
    var dataBytes: Int64 { Int64(blocks.count * BlockSize.bytes) }

    private static let digests = Mutex<[UInt64: Digest]>([:])

    /// Made once for each content, because histories ask for thousands.
    static func digest(_ number: UInt64) -> Digest {
        if let known = digests.withLock({ $0[number] }) { return known }
        let digest = TestBlock.digest(TestBlock.compressible(number))
        digests.withLock { $0[number] = digest }
        return digest
    }

    /// Some pages of zeros, of scattered blocks, of long runs, and some that equal an earlier one.
    static func random(numbers: Range<UInt64>, using generator: inout SeededGenerator) -> ModelDisk {
        let perPage = UInt64(BlockSize.blocksPerPage)
        let pages = UInt64.random(in: 1...5, using: &generator)
        // A volume need not end where a page ends.
        var disk = ModelDisk(volumeBlocks: pages * perPage - UInt64.random(in: 0..<perPage, using: &generator), blocks: [:])
        if generator.oneIn(8) { return disk }
        for page in 0..<pages {
            let base = page * perPage
            let room = min(perPage, disk.volumeBlocks - base)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                break
            case 1:
                for _ in 0..<Int.random(in: 1...30, using: &generator) {
                    let slot = UInt64.random(in: 0..<room, using: &generator)
                    disk.blocks[base + slot] = UInt64.random(in: numbers, using: &generator)
                }
            case 2:
                let start = UInt64.random(in: 0..<room, using: &generator)
                for slot in start..<room { disk.blocks[base + slot] = UInt64.random(in: numbers, using: &generator) }
            default:
                let twin = UInt64.random(in: 0...page, using: &generator) * perPage
                for slot in 0..<room { disk.blocks[base + slot] = disk.blocks[twin + slot] }
            }
        }
        return disk
    }

    /// Puts fresh contents into `count` numbers' worth of blocks, each in one to three places.
    func changed(_ count: Int, first: UInt64, using generator: inout SeededGenerator) -> ModelDisk {
        var disk = self
        var taken: Set<UInt64> = []
        for number in first..<first + UInt64(count) {
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                var index = UInt64.random(in: 0..<volumeBlocks, using: &generator)
                // A place that holds a fresh content already keeps it, or that content might vanish again.
                guard taken.count < Int(volumeBlocks) else { break }
                while taken.contains(index) { index = (index + 1) % volumeBlocks }
                taken.insert(index)
                disk.blocks[index] = number
            }
        }
        return disk
    }

    /// Stores the disk and returns the address of its root, durably.
    func write(to store: BlockStore, in domain: SealDomain = .open) async throws -> Digest {
        domain.address(of: try await store.withWriter(in: domain) { try await write(with: $0, to: store) })
    }

    /// Stores the disk in a session of the caller's.
    func write(with writer: StoreWriter, to store: BlockStore) async throws -> Digest {
        var digests: [UInt64: Digest] = [:]
        for number in numbers { digests[number] = try await writer.put(TestBlock.compressible(number)) }
        let pages = DomainPages(store, in: writer.domain)
        var builder = try BlockMapBuilder(volumeBytes: volumeBlocks * UInt64(BlockSize.bytes))
        for (index, number) in blocks.sorted(by: { $0.key < $1.key }) {
            for page in try await builder.add(index, digests[number], reading: pages) { try await writer.put(page: page) }
        }
        let (rest, root) = try await builder.finish(reading: pages)
        for page in rest { try await writer.put(page: page) }
        let digest = try await writer.put(root: root)
        try await writer.flush()
        return digest
    }

    /// Reads a disk back, every content of it, and says how it differs from this one.
    func differences(to root: Digest, in store: BlockStore, _ domain: SealDomain = .open) async throws -> [String] {
        var found: [String] = []
        var numbersByDigest: [Digest: UInt64] = [:]
        for number in numbers { numbersByDigest[Self.digest(number)] = number }
        var read: [UInt64: UInt64] = [:]
        let reader = BlockMapReader(root: try await store.readRoot(root), reading: DomainPages(store, in: domain))
        for block in try await reader.blocks(limit: .max).blocks {
            read[block.index] = numbersByDigest[block.digest] ?? .max
        }
        if read != blocks { found.append("the map differs") }
        if try await store.readRoot(root).volumeBytes != volumeBlocks * UInt64(BlockSize.bytes) { found.append("the size differs") }
        for (digest, number) in numbersByDigest where try await store.read(digest, in: domain) != TestBlock.compressible(number) {
            found.append("block \(number) differs")
        }
        return found
    }
}
