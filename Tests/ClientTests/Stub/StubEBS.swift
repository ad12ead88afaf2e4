import Client
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// An EBS direct endpoint over a dictionary, for the round trips of uploads, downloads and comparisons.
final class StubEBS: Sendable {
    struct Snapshot: Sendable {
        var sizeGiB: Int64 = 1
        var blocks: [Int: ByteBuffer] = [:]
        var isCompleted = false
    }

    struct State: Sendable {
        var snapshots: [String: Snapshot] = [:]
        var inFlight = 0
        var peak = 0
        /// Blocks that are answered with a flipped byte, and how often.
        var damage: [Int: Int] = [:]
        var aggregate: String?
        /// Calls of each action.
        var calls: [String: Int] = [:]
    }

    let state = Mutex(State())
    /// Small pages, so that every test pages.
    private let pageSize: Int
    private let related: Bool

    init(pageSize: Int = 3, related: Bool = true) {
        self.pageSize = pageSize
        self.related = related
    }

    func add(_ id: String, sizeGiB: Int64 = 1, blocks: [Int: ByteBuffer]) {
        state.withLock { $0.snapshots[id] = Snapshot(sizeGiB: sizeGiB, blocks: blocks, isCompleted: true) }
    }

    @Sendable func answer(_ request: StubRequest) async -> StubReply {
        state.withLock { state in
            state.inFlight += 1
            state.peak = max(state.peak, state.inFlight)
        }
        // Lets other requests in, so that the peak shows how many the client sends at once.
        for _ in 0..<20 { await Task.yield() }
        defer { state.withLock { $0.inFlight -= 1 } }
        return state.withLock { respond(to: request, &$0) }
    }

    private func respond(to request: StubRequest, _ state: inout State) -> StubReply {
        let parts = request.path.split(separator: "/").map(String.init)
        switch (request.method, parts.count) {
        case ("POST", 1):
            state.snapshots["snap-1"] = Snapshot()
            return .json(#"{"SnapshotId":"snap-1","BlockSize":524288,"Status":"pending"}"#, status: 201)
        case ("POST", 3):
            state.snapshots[parts[2]]?.isCompleted = true
            state.aggregate = request.headers.first(name: "x-amz-checksum")
            return .json(#"{"Status":"pending"}"#, status: 202)
        case ("PUT", 4):
            guard let index = Int(parts[3]), request.headers.first(name: "x-amz-checksum") == Self.checksum(request.body) else {
                return .json(#"{"Message":"checksum","Reason":"INVALID_BLOCK"}"#, status: 400)
            }
            state.snapshots[parts[1]]?.blocks[index] = request.body
            return .json("{}", status: 201)
        case ("GET", 4):
            return block(parts, &state)
        case ("GET", 3):
            return parts[2] == "changedblocks" ? changes(request, parts[1], &state) : list(request, parts[1], &state)
        default:
            return .json("{}", status: 404)
        }
    }

    private func block(_ parts: [String], _ state: inout State) -> StubReply {
        state.calls["GetSnapshotBlock", default: 0] += 1
        guard let index = Int(parts[3]), var bytes = state.snapshots[parts[1]]?.blocks[index] else { return .json("{}", status: 404) }
        let checksum = Self.checksum(bytes)
        if let times = state.damage[index], times > 0 {
            state.damage[index] = times - 1
            bytes.setInteger(bytes.getInteger(at: 77, as: UInt8.self).map { $0 ^ 1 } ?? 0, at: 77)
        }
        return .answer(status: 200, headers: [("x-amz-Checksum", checksum), ("x-amz-Checksum-Algorithm", "SHA256")], body: bytes)
    }

    private func list(_ request: StubRequest, _ id: String, _ state: inout State) -> StubReply {
        guard let snapshot = state.snapshots[id] else { return .json(#"{"Message":"no","Reason":"SNAPSHOT_NOT_FOUND"}"#, status: 404) }
        return page(snapshot.blocks.keys.sorted(), request, snapshot.sizeGiB, key: "Blocks") {
            #"{"BlockIndex":\#($0),"BlockToken":"t+/\#($0)="}"#
        }
    }

    private func changes(_ request: StubRequest, _ id: String, _ state: inout State) -> StubReply {
        guard related else {
            return .json(
                #"{"Message":"not related","Reason":"UNRELATED_SNAPSHOTS"}"#,
                status: 400,
                headers: [("x-amzn-ErrorType", "ValidationException")]
            )
        }
        let first = state.snapshots[request.parameter("firstSnapshotId") ?? ""]?.blocks ?? [:]
        let second = state.snapshots[id]?.blocks ?? [:]
        let changed = Set(first.keys).union(second.keys).filter { first[$0] != second[$0] }.sorted()
        return page(changed, request, 1, key: "ChangedBlocks") { index in
            let tokens = [("First", first), ("Second", second)].filter { $0.1[index] != nil }.map { #","\#($0.0)BlockToken":"t""# }
            return #"{"BlockIndex":\#(index)\#(tokens.joined())}"#
        }
    }

    private func page(_ indexes: [Int], _ request: StubRequest, _ sizeGiB: Int64, key: String, _ text: (Int) -> String) -> StubReply {
        let start = request.parameter("pageToken").flatMap { Int($0) } ?? 0
        let end = min(start + pageSize, indexes.count)
        let next = end < indexes.count ? #","NextToken":"\#(end)""# : ""
        let items = indexes[start..<end].map(text).joined(separator: ",")
        return .json(#"{"\#(key)":[\#(items)],"VolumeSize":\#(sizeGiB),"BlockSize":524288,"ExpiryTime":1795376072.0\#(next)}"#)
    }

    static func checksum(_ bytes: ByteBuffer) -> String {
        Data(SHA256.hash(data: Array(bytes.readableBytesView))).base64EncodedString()
    }

    /// A block whose every byte depends on the seed.
    static func block(_ seed: UInt8) -> ByteBuffer {
        ByteBuffer(bytes: (0..<DiskBlock.size).map { UInt8(truncatingIfNeeded: $0 &* 31) ^ seed | 1 })
    }
}
