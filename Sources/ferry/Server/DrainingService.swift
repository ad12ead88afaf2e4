import Connections
import Logging
import ServiceLifecycle

/// The HTTP server, which stops in order: no new connections, and those that are open end with the request that they are in. Whoever
/// takes longer than is granted is cut off. That leaves nothing half-stored: what was not acknowledged is not there.
struct DrainingService: Service, CustomStringConvertible {
    let server: any Service
    let connections: ConnectionRegistry
    let drainTime: Duration
    let logger: Logger

    /// As the log of services names it.
    var description: String { "connections" }

    func run() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await server.run()
                return true
            }
            group.addTask {
                await cutOff()
                return false
            }
            while let isServer = try await group.next() {
                if isServer { group.cancelAll() }
            }
        }
    }

    /// Returns early when the server has stopped before.
    private func cutOff() async {
        do {
            try await gracefulShutdown()
            try await Task.sleep(for: drainTime)
        } catch {
            return
        }
        logger.warning("Cut off the requests that were still in progress", metadata: ["connections": "\(connections.count)"])
        connections.closeAll()
    }
}
