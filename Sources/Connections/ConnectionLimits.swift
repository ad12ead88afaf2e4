import NIOCore

/// What a client may take of the server: time, and places.
package struct ConnectionLimits: Sendable {
    /// For the head of a request from its first byte, and for the first of a connection from the moment that it is opened, with TLS.
    /// As much again for the whole body of a client that has not shown a signature: such bodies are forms and documents.
    package var headTime: TimeAmount
    /// For a body that comes slower than ``leastBytesPerSecond``, and for an answer of which the client takes nothing.
    package var stallTime: TimeAmount
    /// Between two requests.
    package var idleTime: TimeAmount
    /// Open connections; more wait to be accepted.
    package var connections: Int

    /// So slow that no line in use is: the largest object may take years.
    package static let leastBytesPerSecond = 1024
    /// For the rest of a body that was refused, so that the client sees the answer before the connection ends.
    package static let lingerTime = TimeAmount.seconds(5)
    /// How much of a refused body is read.
    package static let lingerBytes = 16 << 20
    package static let strangersLingerBytes = 1 << 20
    /// The most that is read at once. A block and its frame are one or two reads.
    package static let readBytes = 512 << 10
    package static let strangersReadBytes = 16 << 10
    /// Pieces of a body that wait for whoever reads it.
    package static let waitingPieces = (least: 2, most: 4)
    /// The head of a request, all of its headers together.
    package static let headBytes = 64 << 10
    package static let headFields = 1000

    package init(
        headTime: TimeAmount = .seconds(30),
        stallTime: TimeAmount = .seconds(60),
        idleTime: TimeAmount = .seconds(120),
        connections: Int = 512
    ) {
        self.headTime = headTime
        self.stallTime = stallTime
        self.idleTime = idleTime
        self.connections = connections
    }

    /// Connections of clients that have not signed anything yet: the oldest makes room, so strangers cannot shut out others.
    var strangers: Int { max(1, connections / 2) }
    /// Of those that are known: some places are always for whoever comes.
    var keptConnections: Int { connections - max(1, connections / 8) }
    /// How often a connection is looked at.
    var checkInterval: TimeAmount {
        let shortest = min(headTime.nanoseconds, stallTime.nanoseconds, idleTime.nanoseconds)
        return .nanoseconds(min(max(shortest / 4, 10_000_000), 5_000_000_000))
    }
}
