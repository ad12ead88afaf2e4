import NIOCore

/// Whether the client of a connection keeps up: a pure account of what came and went, and when.
package struct ConnectionPace: Sendable {
    /// Why a connection ends.
    package enum Fault: String, Sendable {
        case slowHead, slowBody, slowReader, idle
    }

    private let limits: ConnectionLimits
    /// Since when a head has been awaited.
    private var headBegan: NIODeadline?
    private var idleSince: NIODeadline?
    /// Requests whose answer is not complete.
    private var unanswered = 0
    private var isBodyOpen = false

    /// Only time in which the server waits for bytes is the client's: a busy server stops to read.
    private var waitBegan: NIODeadline?
    private var waited = TimeAmount.zero
    private var bodyBytes = 0
    /// Of the time waited, all that the body has taken.
    private var bodyWaited = TimeAmount.zero
    /// Whether the client has shown a signature that is right: only such a one may take long over a body.
    package var isKnown = false
    /// Or one whose request has been let in without.
    package var isLetIn = false

    private var bytesToWrite = 0
    private var lastWritten: NIODeadline

    package init(limits: ConnectionLimits, now: NIODeadline) {
        self.limits = limits
        headBegan = now
        lastWritten = now
    }

    /// The server is ready to read.
    package mutating func wantsBytes(at now: NIODeadline) { waitBegan = waitBegan ?? now }

    /// Anything came, whatever it is.
    package mutating func received(at now: NIODeadline) {
        if let began = waitBegan {
            waited = waited + (now - began)
            bodyWaited = bodyWaited + (now - began)
            waitBegan = nil
        }
        guard idleSince != nil else { return }
        idleSince = nil
        headBegan = now
    }

    package mutating func receivedHead(at now: NIODeadline) {
        headBegan = nil
        idleSince = nil
        unanswered += 1
        isBodyOpen = true
        isLetIn = false
        beginWindow(at: now)
        bodyWaited = .zero
    }

    package mutating func receivedBody(_ bytes: Int) { bodyBytes += bytes }

    package mutating func receivedEnd(at now: NIODeadline) {
        isBodyOpen = false
        rest(at: now)
    }

    package mutating func answered(at now: NIODeadline) {
        // What cannot be read at all is answered as well.
        unanswered = max(0, unanswered - 1)
        rest(at: now)
    }

    package mutating func willWrite(_ bytes: Int, at now: NIODeadline) {
        if bytesToWrite == 0 { lastWritten = now }
        bytesToWrite += bytes
    }

    package mutating func wrote(_ bytes: Int, at now: NIODeadline) {
        bytesToWrite -= bytes
        lastWritten = now
    }

    /// What is wrong with the connection by now, if anything is.
    package mutating func fault(at now: NIODeadline) -> Fault? {
        if bytesToWrite > 0, now - lastWritten >= limits.stallTime { return .slowReader }
        if let headBegan, now - headBegan >= limits.headTime { return .slowHead }
        if let idleSince, now - idleSince >= limits.idleTime { return .idle }
        guard isBodyOpen else { return nil }
        let waiting = waitBegan.map { now - $0 } ?? .zero
        if !isKnown, !isLetIn, bodyWaited + waiting >= limits.headTime { return .slowBody }
        guard waited + waiting >= limits.stallTime else { return nil }
        let seconds = Double(limits.stallTime.nanoseconds) / 1e9
        guard Double(bodyBytes) >= seconds * Double(ConnectionLimits.leastBytesPerSecond) else { return .slowBody }
        beginWindow(at: now)
        return nil
    }

    private mutating func beginWindow(at now: NIODeadline) {
        waited = .zero
        bodyBytes = 0
        guard let began = waitBegan else { return }
        bodyWaited = bodyWaited + (now - began)
        waitBegan = now
    }

    private mutating func rest(at now: NIODeadline) {
        if unanswered == 0, !isBodyOpen { idleSince = now }
    }
}
