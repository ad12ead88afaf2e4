import Blocks
import TestSupport
import Testing
import Transfer

/// A source whose disk has lost or changed bytes: the copy fails, names the frame, and nothing of it can be seen.
@Suite struct DamagedSourceTests {
    enum Victim: CaseIterable, Sendable {
        case block, page, root
    }

    private let engine = CopyEngine(window: 2, reportInterval: .zero)
    private let disk = ModelDisk(volumeBlocks: 2 * 1024, blocks: [0: 1, 7: 2, 8: 3, 1030: 4, 1031: 1])

    /// A byte in the header, in the payload and in the tag.
    @Test(arguments: Victim.allCases, [0, 45, 81, -1])
    func aFlippedByteEndsTheCopy(victim: Victim, place: Int) async throws {
        try await Place.withPool { pool in
            let (here, there) = (Place(pool: pool), Place(pool: pool))
            let root = try await disk.write(to: try await here.open())
            let (source, destination) = (try await here.open(), try await there.open())
            let address = try await frame(victim, of: root, in: here)
            let location = try #require(try here.index.locate([address])[address])
            let start = place < 0 ? Int(location.storedLength) + FrameHeader.bytes + place : place
            here.disk.flip(location.pack.fileName, at: Int(location.offset) + start)

            let error = await #expect(throws: StoreError.self) {
                try await engine.copy(root, from: StoreSource(source), into: destination) { _ in }
            }
            #expect(error?.code == .damaged)
            #expect(error?.address == address)
            #expect(try await destination.contains([root, address]).isEmpty)
            await expectStoreError(.notFound) { _ = try await destination.read(root) }
            await expectStoreError(.notFound) { _ = try await destination.read(address) }
            #expect(try await there.damages(under: []) == [])

            // Put right, it can be copied, and what was moved before counts.
            here.disk.flip(location.pack.fileName, at: Int(location.offset) + start)
            _ = try await engine.copy(root, from: StoreSource(source), into: destination) { _ in }
            #expect(try await disk.differences(to: root, in: destination) == [])
        }
    }

    @Test func aMissingPackEndsTheCopy() async throws {
        try await Place.withPool { pool in
            let (here, there) = (Place(pool: pool), Place(pool: pool))
            let root = try await disk.write(to: try await here.open())
            for name in here.disk.names { here.disk.delete(name) }
            let (source, destination) = (try await here.open(), try await there.open())
            await expectStoreError(.missingPack) {
                _ = try await engine.copy(root, from: StoreSource(source), into: destination) { _ in }
            }
            #expect(destination.statistics.counts.framesAppended == 0)
        }
    }

    @Test func whatTheSourceDoesNotHaveIsNotFound() async throws {
        try await Place.withPool { pool in
            let (source, destination) = (try await Place(pool: pool).open(), try await Place(pool: pool).open())
            await expectStoreError(.notFound) {
                _ = try await engine.copy(ModelDisk.digest(1), from: StoreSource(source), into: destination) { _ in }
            }
        }
    }

    private func frame(_ victim: Victim, of root: Digest, in place: Place) async throws -> Digest {
        switch victim {
        case .block: ModelDisk.digest(3)
        case .page: try #require(try await place.open().readRoot(root).entries.last?.digest)
        case .root: root
        }
    }
}
