import Domain
import Foundation
import Metadata
import Synchronization

/// Writes down which blocks an upload has, many in one transaction.
///
/// Each block is acknowledged only when its row is on the disk. A sync costs the same for one row as for a hundred, so whoever finds
/// nobody writing writes for all that wait; the others wait for the next turn.
package final class UploadRecorder: Sendable {
    struct Entry: Sendable {
        let snapshotID: SnapshotID
        let blockIndex: Int64
        /// `nil` is a block of zeros.
        let address: [UInt8]?
        let sealedDigest: [UInt8]?
        let progressPercent: Int?
        let now: Date
    }

    /// Why one entry was not written, though the others of its batch were.
    enum Refusal: Error, CustomStringConvertible {
        case notOpen

        var description: String { "the upload is not open" }
    }

    private enum Turn {
        case lead
        case done(Result<Void, any Error>)
    }

    private struct Waiter {
        let entry: Entry
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct State {
        var isWriting = false
        var waiters: [Waiter] = []
    }

    private static let batchMax = 256

    private let database: Database
    private let state = Mutex(State())

    init(database: Database) { self.database = database }

    /// Returns when the row is durable. Throws `Refusal.notOpen` when the upload was sealed, failed or deleted meanwhile.
    func record(_ entry: Entry) async throws {
        let turn = await withCheckedContinuation { (continuation: CheckedContinuation<Turn, Never>) in
            let leads = state.withLock { state -> Bool in
                if state.isWriting {
                    state.waiters.append(Waiter(entry: entry, continuation: continuation))
                    return false
                }
                state.isWriting = true
                return true
            }
            if leads { continuation.resume(returning: .lead) }
        }
        switch turn {
        case .done(let result): try result.get()
        case .lead: try await lead(with: entry)
        }
    }

    private func lead(with entry: Entry) async throws {
        let joined = state.withLock { state in
            let joined = Array(state.waiters.prefix(Self.batchMax - 1))
            state.waiters.removeFirst(joined.count)
            return joined
        }
        let entries = [entry] + joined.map(\.entry)
        let database = database
        // In a task of its own: one caller that hangs up must not undo what the others are waiting for.
        let outcome = await Task { try await database.write { try Self.write(entries, in: $0) } }.result
        let results: [Result<Void, any Error>]
        switch outcome {
        case .success(let refusals):
            results = refusals.map { $0.map { .failure($0) } ?? .success(()) }
        case .failure(let error):
            results = entries.map { _ in .failure(error) }
        }
        // Whoever waits longest leads next, so that nobody works for others for ever.
        let next = state.withLock { state -> Waiter? in
            if state.waiters.isEmpty {
                state.isWriting = false
                return nil
            }
            return state.waiters.removeFirst()
        }
        for (waiter, result) in zip(joined, results.dropFirst()) { waiter.continuation.resume(returning: .done(result)) }
        if let next { next.continuation.resume(returning: .lead) }
        try results[0].get()
    }

    private static func write(_ entries: [Entry], in transaction: Transaction) throws -> [Refusal?] {
        let uploads = UploadTable(transaction)
        var isOpen: [SnapshotID: Bool] = [:]
        for id in Set(entries.map(\.snapshotID)) {
            let state = try SnapshotTable(transaction).snapshot(id)?.state
            isOpen[id] = try state == .pending && uploads.upload(id)?.isSealed == false
        }
        // Everybody takes uploads in this order, so that no two wait for each other.
        for (id, group) in Dictionary(grouping: entries, by: \.snapshotID).sorted(by: { $0.key.rawValue < $1.key.rawValue })
        where isOpen[id] == true {
            guard let now = group.map(\.now).max() else { continue }
            let blocks = group.map { UploadBlock(index: $0.blockIndex, address: $0.address, sealedDigest: $0.sealedDigest) }
            try uploads.put(blocks, into: id, at: now)
            if let percent = group.compactMap(\.progressPercent).max() {
                try SnapshotTable(transaction).setProgress(percent: percent, message: nil, of: id)
            }
        }
        return entries.map { isOpen[$0.snapshotID] == true ? nil : .notOpen }
    }
}
