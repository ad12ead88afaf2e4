import Logging
import Synchronization

/// Keeps what is logged.
package final class LogMemory: Sendable {
    package struct Entry: Sendable {
        package let level: Logger.Level
        package let message: String
        package let metadata: [String: String]

        /// `level message name=value …`, the names in order.
        package var line: String {
            let facts = metadata.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
            return "\(level) \(message) \(facts)"
        }
    }

    private let state = Mutex<[Entry]>([])

    package init() {}

    package var entries: [Entry] { state.withLock { $0 } }
    package var lines: [String] { entries.map(\.line) }
    package var logger: Logger { Logger(label: "test") { _ in Handler(memory: self) } }

    /// How often something was logged, about one snapshot or at all.
    package func count(_ message: String, snapshot: String? = nil) -> Int {
        entries.count { $0.message == message && (snapshot == nil || $0.metadata["snapshot"] == snapshot) }
    }

    private struct Handler: LogHandler {
        let memory: LogMemory
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
            memory.state.withLock { $0.append(Entry(level: event.level, message: "\(event.message)", metadata: metadata)) }
        }
    }
}
