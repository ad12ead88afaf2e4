import Logging
import Synchronization

/// Keeps what was logged: the end of some work shows nowhere else.
final class LogMemory: Sendable {
    struct Entry: Sendable {
        let message: String
        let metadata: [String: String]
    }

    private let state = Mutex<[Entry]>([])

    var entries: [Entry] { state.withLock { $0 } }
    var logger: Logger { Logger(label: "test") { _ in Handler(memory: self) } }

    /// How often something was logged, about one snapshot or at all.
    func count(_ message: String, snapshot: String? = nil) -> Int {
        entries.count { $0.message == message && (snapshot == nil || $0.metadata["snapshot"] == snapshot) }
    }

    private struct Handler: LogHandler {
        let memory: LogMemory
        var logLevel = Logger.Level.debug
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
            memory.state.withLock { $0.append(Entry(message: "\(event.message)", metadata: metadata)) }
        }
    }
}
