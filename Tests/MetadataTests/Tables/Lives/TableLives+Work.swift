import Domain
import Foundation
import Metadata

/// Long work, and the index of frames.
extension TableLife {
    static let work: [TableLife] = [copies, jobs, duties]
    static let frames: [TableLife] = [frameRows, packs, generations, suspects]

    private static let copy = SnapshotCopy.sample(1)
    private static let done = SnapshotCopy.sample(1, state: .completed)

    private static let copies = TableLife(
        "copies",
        given: { try SnapshotTable($0).insert(.sample(1)) },
        read: { try CopyTable($0).copy(numbered(1)) },
        [
            .then(copy) { try CopyTable($0).insert(copy) },
            .then(done) { try CopyTable($0).update(done) },
            .then(nil) { try CopyTable($0).delete(of: numbered(1)) },
        ]
    )

    private static let job = Job(id: "j", account: .alice, work: .bundleCheck, createdAt: date(), message: "one")
    private static let told = Job(id: "j", account: .alice, work: .bundleCheck, createdAt: date(), message: "two")

    private static let jobs = TableLife(
        "jobs",
        read: { try JobTable($0).job("j") },
        [
            .then(job) { try JobTable($0).insert(job) },
            .then(told) { try JobTable($0).update(told) },
            .then(nil) { try JobTable($0).delete("j") },
        ]
    )

    /// Its rows come with the schema.
    private static let duties = TableLife(
        "duties",
        read: { try $0.firstRow("SELECT lease_owner FROM duties WHERE id = 'collection'")?.optionalText("lease_owner") },
        [
            .then("a") { _ = try LeaseTable(.duties, $0).take("collection", Lease(of: "a", at: date()), at: date()) },
            .then(nil) { _ = try LeaseTable(.duties, $0).release("collection", of: "a") },
        ]
    )

    private static let address = [UInt8](repeating: 1, count: 32)
    private static let pack = [UInt8](repeating: 2, count: 16)

    private static func frame(_ position: Int64) -> FrameRow {
        FrameRow(address: address, pack: pack, position: position, storedLength: 700, plainLength: 524_288, kind: 1, codec: 2)
    }

    private static let frameRows = TableLife(
        "frames",
        of: .frameIndex,
        read: {
            try FrameTable($0).frames(addresses: [address]).map { [$0.position, $0.storedLength, $0.plainLength, $0.kind, $0.codec] }
        },
        [
            .then([[0, 700, 524_288, 1, 2]]) { try FrameTable($0).insert([frame(0)], indexedLengths: [(pack, 700)]) },
            .then([[900, 700, 524_288, 1, 2]]) { _ = try FrameTable($0).move(frame(900), fromPack: pack, position: 0) },
            .then([]) { _ = try FrameTable($0).remove([address], before: 9) },
        ]
    )

    private static let packs = TableLife(
        "packs",
        of: .frameIndex,
        read: { try FrameTable($0).indexedLengths().map(\.length) },
        [
            .then([700]) { try FrameTable($0).insert([frame(0)], indexedLengths: [(pack, 700)]) },
            .then([900]) { try FrameTable($0).insert([], indexedLengths: [(pack, 900)]) },
            .then([]) { try FrameTable($0).removeAll() },
        ]
    )

    /// Its row comes with the schema.
    private static let generations = TableLife(
        "generations",
        of: .frameIndex,
        read: { try FrameTable($0).generation() },
        [.then(50) { try FrameTable($0).raiseGeneration(to: 50) }, .then(51) { _ = try FrameTable($0).beginGeneration() }]
    )

    private static let suspects = TableLife(
        "doubts",
        of: .frameIndex,
        read: { try FrameTable($0).allSuspects() },
        [
            .then([address]) { try FrameTable($0).suspect([address]) },
            .then([]) { try FrameTable($0).trust([address]) },
        ]
    )
}
