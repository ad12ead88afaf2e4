import Synchronization

/// What happened, in order, told by several tasks.
final class EventLog: Sendable {
    private let log = Mutex<[String]>([])

    var events: [String] { log.withLock { $0 } }

    func append(_ event: String) { log.withLock { $0.append(event) } }
}
