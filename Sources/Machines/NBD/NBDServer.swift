import Files
import Foundation
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Serves one disk to NBD clients over a unix socket that nobody else may connect to.
package final class NBDServer: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: (channel: any Channel, ended: EventLoopFuture<Void>)] = [:]
        var isStopped = false
    }

    private let export: NBDExport
    private let path: String
    private let limits: NBDLimits
    private let logger: Logger
    private let state = Mutex(State())

    /// Serves from when this returns until ``stop()``.
    ///
    /// - Parameter path: of the socket. What a server before left there is taken away.
    /// - Throws: when the socket cannot be made.
    package static func start(
        _ export: NBDExport,
        at path: String,
        limits: NBDLimits = NBDLimits(),
        on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger
    ) async throws -> NBDServer {
        let server = NBDServer(export, path, limits, logger)
        try await server.listen(on: group)
        return server
    }

    private let listener = Mutex<(any Channel)?>(nil)

    private init(_ export: NBDExport, _ path: String, _ limits: NBDLimits, _ logger: Logger) {
        self.export = export
        self.path = path
        self.limits = limits
        self.logger = logger
    }

    private func listen(on group: any EventLoopGroup) async throws {
        // Under its own name the socket is there only when nobody else may connect any more.
        let making = path + ".new"
        let place = try SocketPath(making)
        defer { place.close() }
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 16)
            .childChannelOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 65_536, maximum: 1 << 20))
            .childChannelInitializer { [self] channel in welcome(channel) }
            .bind(unixDomainSocketPath: place.text, cleanupExistingSocketFile: true)
            .get()
        guard chmod(making, 0o600) == 0, rename(making, path) == 0 else {
            let code = errno
            try? await channel.close()
            unlink(making)
            throw IOError(errnoCode: code, reason: "making the socket \(path)")
        }
        keep(channel)
    }

    private func welcome(_ channel: any Channel) -> EventLoopFuture<Void> {
        let ended = channel.eventLoop.makePromise(of: Void.self)
        guard enter(channel, ended.futureResult) else {
            ended.succeed()
            return channel.close()
        }
        ended.futureResult.whenComplete { [self] _ in leave(channel) }
        return channel.eventLoop.makeCompletedFuture {
            do {
                try channel.pipeline.syncOperations.addHandler(NBDConnection(export, limits: limits, logger: logger, ended: ended))
            } catch {
                ended.succeed()
                throw error
            }
        }
    }

    private func enter(_ channel: any Channel, _ ended: EventLoopFuture<Void>) -> Bool {
        state.withLock { state in
            guard !state.isStopped, state.connections.count < limits.connections else { return false }
            state.connections[ObjectIdentifier(channel)] = (channel, ended)
            return true
        }
    }

    private func leave(_ channel: any Channel) { state.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(channel)) } }

    @inline(never) private func keep(_ channel: any Channel) { listener.withLock { $0 = channel } }

    /// Cuts all clients off, and returns when nothing that they asked for is under way any more: the disk may be closed then.
    package func stop() async {
        let (channel, connections) = end()
        try? await channel?.close()
        unlink(path)
        for connection in connections { connection.channel.close(promise: nil) }
        for connection in connections { try? await connection.ended.get() }
    }

    @inline(never) private func end() -> ((any Channel)?, [(channel: any Channel, ended: EventLoopFuture<Void>)]) {
        let connections = state.withLock { state in
            state.isStopped = true
            return Array(state.connections.values)
        }
        return (listener.withLock { $0 }, connections)
    }
}
