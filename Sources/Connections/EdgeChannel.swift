import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// A connection that speaks HTTP/1.1, watched from its first byte to its last.
package struct EdgeChannel: ServerChildChannel, HTTPChannelHandler {
    package typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    package let responder: HTTPChannelHandler.Responder
    private let registry: ConnectionRegistry

    package init(responder: @escaping HTTPChannelHandler.Responder, registry: ConnectionRegistry) {
        self.responder = responder
        self.registry = registry
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try Self.watch(channel, in: registry)
            // Ends a connection in order when the server stops.
            try channel.pipeline.syncOperations.addHandler(HTTPConnectionStateHandler(logger: logger))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(
                    backPressureStrategy: .init(
                        lowWatermark: ConnectionLimits.waitingPieces.least,
                        highWatermark: ConnectionLimits.waitingPieces.most
                    ),
                    isOutboundHalfClosureEnabled: true
                )
            )
        }
    }

    /// Adds what reads requests and watches over their client.
    package static func watch(_ channel: any Channel, in registry: ConnectionRegistry) throws {
        let pipeline = channel.pipeline.syncOperations
        let watch = ConnectionWatch(registry: registry, eventLoop: channel.eventLoop)
        // Before TLS, which may be in the pipeline already.
        try pipeline.addHandler(watch, position: .first)
        var heads = NIOHTTPDecoderLimitConfiguration()
        heads.maxHeaderFieldSize = ConnectionLimits.headBytes
        heads.maxHeaderListSize = ConnectionLimits.headBytes
        heads.maxHeaderFieldCount = ConnectionLimits.headFields
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false,
            withErrorHandling: false,
            withOutboundHeaderValidation: false,
            withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: heads
        )
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(RequestWatch(of: watch))
    }

    package func handle(value: Value, logger: Logger) async { await handleHTTP(asyncChannel: value, logger: logger) }
}

/// Accepts connections as long as there are places.
package struct ConnectionPlaces: AvailableConnectionsDelegate {
    private let registry: ConnectionRegistry
    private var taken = 0

    package init(in registry: ConnectionRegistry) { self.registry = registry }

    package mutating func connectionOpened() { taken += 1 }

    package mutating func connectionClosed() { taken -= 1 }

    package func isAcceptingNewConnections() -> Bool {
        if taken < registry.limits.connections { return true }
        registry.notices.note(.connections, limit: registry.limits.connections)
        return false
    }
}
