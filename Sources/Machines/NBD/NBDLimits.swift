import NIOCore

/// What a client may take of the server.
package struct NBDLimits: Sendable {
    /// Of one export at once; more are closed as they come.
    package var connections = 8
    package var requestBytes: UInt32 = 32 << 20
    /// Of one connection, until they are answered. Beyond it the socket is not read.
    package var requestsUnderway = 32
    /// Of their data, read or written; one request is always let through.
    package var bytesUnderway = 32 << 20
    package var optionBytes: UInt32 = 8192
    package var options = 64
    /// From the connection to the first request.
    package var handshake: TimeAmount = .seconds(10)
    /// For the rest of a request that has begun to come, and for an answer to be taken.
    package var stall: TimeAmount = .seconds(60)
    /// Of one answer about what is stored.
    package var extents = 2048

    package init() {}
}
