import Domain

/// Says which copy may move a block next over a link. Pure: the caller tells the time, and holds who waits.
///
/// A time-based copy that is behind its pace goes first, the one that is furthest behind before others. All else is shared twice over:
/// each account gets the same, and within an account each copy. That is start-time fair queueing at both levels: everyone has a tag, the
/// bytes that he was given; the smallest is next; who comes back from a pause starts at the tag that was last served, so that a
/// pause is neither saved up nor punished. Whoever asks for less leaves the rest to the others.
package struct LinkSchedule {
    package typealias FlowID = Int
    package typealias Ticket = Int

    package enum Decision: Equatable {
        case grant(Ticket)
        case wait(until: Double)
        /// Nobody waits, or all wait for a move to end.
        case idle
    }

    /// Moves that run at once while several share the link: enough to keep a disk busy, so few that whose turn it is matters.
    package static let inFlightMax = 16

    private struct Request {
        let ticket: Ticket
        let bytes: Double
    }

    private struct Flow {
        let account: AccountID
        var tag = 0.0
        var pace: Pace?
        var requests: [Request] = []
    }

    private struct Account {
        var tag = 0.0
        /// The tag among its flows that was last served.
        var turn = 0.0
        var flowCount = 0
        var requestCount = 0
    }

    private var bucket: TokenBucket?
    private var flows: [FlowID: Flow] = [:]
    private var accounts: [AccountID: Account] = [:]
    /// The tag among the accounts that was last served.
    private var turn = 0.0
    private var inFlight = 0
    private var lastFlow = 0
    private var paceCount = 0

    package init(limit: Throughput?, at seconds: Double) {
        bucket = limit.map { TokenBucket(rate: Double($0.bytesPerSecond), at: seconds) }
    }

    /// Whether there is nothing to decide: no limit, and nobody to be unfair to.
    package var isFree: Bool { bucket == nil && (flows.count <= 1 || accounts.count <= 1 && paceCount == 0) }

    package mutating func join(_ account: AccountID, pace: Pace?, at seconds: Double) -> FlowID {
        lastFlow += 1
        var pace = pace
        pace?.join(at: seconds)
        flows[lastFlow] = Flow(account: account, pace: pace)
        accounts[account, default: Account()].flowCount += 1
        if pace != nil { paceCount += 1 }
        return lastFlow
    }

    package mutating func leave(_ id: FlowID) {
        guard let flow = flows.removeValue(forKey: id) else { return }
        if flow.pace != nil { paceCount -= 1 }
        accounts[flow.account]?.requestCount -= flow.requests.count
        accounts[flow.account]?.flowCount -= 1
        if accounts[flow.account]?.flowCount == 0 { accounts[flow.account] = nil }
    }

    package mutating func reached(_ bytesDone: Int64, _ id: FlowID) { flows[id]?.pace?.reached(bytesDone) }

    package mutating func request(_ ticket: Ticket, bytes: Int, for id: FlowID) {
        guard var flow = flows[id], var account = accounts[flow.account] else { return }
        if flow.requests.isEmpty { flow.tag = max(flow.tag, account.turn) }
        if account.requestCount == 0 { account.tag = max(account.tag, turn) }
        flow.requests.append(Request(ticket: ticket, bytes: Double(bytes)))
        account.requestCount += 1
        flows[id] = flow
        accounts[flow.account] = account
    }

    package mutating func withdraw(_ ticket: Ticket, of id: FlowID) {
        guard let flow = flows[id], let place = flow.requests.firstIndex(where: { $0.ticket == ticket }) else { return }
        flows[id]?.requests.remove(at: place)
        accounts[flow.account]?.requestCount -= 1
    }

    /// A move that was granted has ended.
    package mutating func ended() { inFlight -= 1 }

    package mutating func next(at seconds: Double) -> Decision {
        let late = furthestBehind(at: seconds)
        guard let id = late ?? fairest() else { return .idle }
        if !isFree {
            guard inFlight < Self.inFlightMax else { return .idle }
            if bucket?.isOpen(at: seconds) == false, let bucket { return .wait(until: bucket.opensAt) }
        }
        return grant(id, isShare: late == nil)
    }

    private func furthestBehind(at seconds: Double) -> FlowID? {
        guard paceCount > 0 else { return nil }
        var found: (id: FlowID, lag: Double)?
        for (id, flow) in flows where !flow.requests.isEmpty {
            guard let lag = flow.pace?.lag(at: seconds), lag > 0 else { continue }
            if found.map({ (lag, -id) > ($0.lag, -$0.id) }) ?? true { found = (id, lag) }
        }
        return found?.id
    }

    private func fairest() -> FlowID? {
        var found: (id: FlowID, key: (Double, Double, Int))?
        for (id, flow) in flows where !flow.requests.isEmpty {
            let key = (accounts[flow.account]?.tag ?? 0, flow.tag, id)
            if found.map({ key < $0.key }) ?? true { found = (id, key) }
        }
        return found?.id
    }

    private mutating func grant(_ id: FlowID, isShare: Bool) -> Decision {
        guard var flow = flows[id], var account = accounts[flow.account], !flow.requests.isEmpty else { return .idle }
        let request = flow.requests.removeFirst()
        account.requestCount -= 1
        // What a time-based copy needs comes before the shares and is not taken out of its account's.
        if isShare {
            turn = account.tag
            account.turn = flow.tag
            account.tag += request.bytes
            flow.tag += request.bytes
        }
        flow.pace?.moved(request.bytes)
        bucket?.take(request.bytes)
        inFlight += 1
        flows[id] = flow
        accounts[flow.account] = account
        return .grant(request.ticket)
    }
}
