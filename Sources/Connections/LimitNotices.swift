import Logging
import NIOCore
import Synchronization

/// Warnings that a limit was reached: each limit a line a minute, however often it happens.
package final class LimitNotices: Sendable {
    package enum Limit: String, Sendable, CaseIterable {
        case connections, strangers, shares, slowHead, slowBody, slowReader, bodies

        fileprivate var message: Logger.Message {
            switch self {
            case .connections: "All connections are taken: clients wait to be accepted"
            case .strangers: "Too many clients are connected that have not signed a request: the oldest were disconnected"
            case .shares: "All connections were taken: closed some of the client that had the most"
            case .slowHead: "Disconnected clients that did not send a request in time"
            case .slowBody: "Disconnected clients that sent the body of a request too slowly"
            case .slowReader: "Disconnected clients that did not read their answer"
            case .bodies: "Refused requests because the bodies of others fill the memory set aside for them"
            }
        }
    }

    private struct Entry {
        var lastLine: NIODeadline?
        var count = 0
    }

    private static let pause = TimeAmount.minutes(1)

    private let logger: Logger
    private let now: @Sendable () -> NIODeadline
    private let entries = Mutex<[Limit: Entry]>([:])

    package init(logger: Logger, now: @escaping @Sendable () -> NIODeadline = { .now() }) {
        self.logger = logger
        self.now = now
    }

    /// - Parameter limit: what the limit is, where it is a number.
    package func note(_ event: Limit, limit: Int? = nil) {
        let now = now()
        let count = entries.withLock { entries -> Int? in
            var entry = entries[event] ?? Entry()
            entry.count += 1
            defer { entries[event] = entry }
            if let last = entry.lastLine, now - last < Self.pause { return nil }
            entry.lastLine = now
            defer { entry.count = 0 }
            return entry.count
        }
        guard let count else { return }
        var metadata: Logger.Metadata = ["count": "\(count)"]
        if let limit { metadata["limit"] = "\(limit)" }
        logger.warning(event.message, metadata: metadata)
    }
}
