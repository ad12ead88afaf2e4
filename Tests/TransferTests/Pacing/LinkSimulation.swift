import Domain
import TestSupport
import Transfer

/// Copies on a link, played through event by event on a clock of its own: no tasks, no waiting, the same each time.
struct LinkSimulation {
    static let block = 524_288

    /// One copy: it asks for as many blocks at once as its window, and for the next when one is moved.
    struct Copy {
        let name: String
        let account: AccountID
        var blocks: Int
        var window = 8
        var startsAt = 0.0
        /// Seconds between the end of a move and the next request.
        var thinks = 0.0
        var pace: Pace?
    }

    struct Grant {
        let at: Double
        let name: String
        let account: AccountID
        /// Whether others asked for blocks at the same time, by name.
        let waiting: Set<String>
    }

    private struct Event {
        let at: Double
        let body: Body
        enum Body { case join(Int), ask(Int), end(Int) }
    }

    private var schedule: LinkSchedule
    /// A disk below the link: so many moves at a time, each of so many seconds.
    private let lanes: Int
    private let moveSeconds: Double
    private let copies: [Copy]

    private var now = 0.0
    private var events: [Event] = []
    private var flows: [Int: LinkSchedule.FlowID] = [:]
    private var asked: [Int]
    private var moved: [Int]
    private var tickets: [LinkSchedule.Ticket: Int] = [:]
    private var disk: [Int] = []
    private var busyLanes = 0

    private(set) var grants: [Grant] = []
    private(set) var ends: [String: Double] = [:]

    init(limit: Throughput?, lanes: Int = .max, moveSeconds: Double = 0, _ copies: [Copy]) {
        schedule = LinkSchedule(limit: limit, at: 0)
        (self.lanes, self.moveSeconds, self.copies) = (lanes, moveSeconds, copies)
        asked = copies.map { _ in 0 }
        moved = asked
        events = copies.indices.map { Event(at: copies[$0].startsAt, body: .join($0)) }
    }

    /// Plays until all copies have ended or a time is reached.
    mutating func run(until limit: Double = .infinity) {
        while true {
            let alarm = dispatch()
            let at = min(events.map(\.at).min() ?? .infinity, alarm)
            guard at <= limit, at < .infinity else { return }
            now = max(now, at)
            // All that happens at one time happens before anybody is let pass.
            let due = events.filter { $0.at <= now }
            events.removeAll { $0.at <= now }
            for event in due { handle(event) }
        }
    }

    /// Bytes that were let pass for copies of a name or an account, between two times.
    func bytes(of name: String? = nil, account: AccountID? = nil, from: Double = 0, to: Double = .infinity) -> Int {
        grants.count { (from..<to).contains($0.at) && (name ?? $0.name) == $0.name && (account ?? $0.account) == $0.account } * Self.block
    }

    private mutating func handle(_ event: Event) {
        switch event.body {
        case .join(let copy):
            flows[copy] = schedule.join(copies[copy].account, pace: copies[copy].pace, at: now)
            for _ in 0..<copies[copy].window { ask(copy) }
        case .ask(let copy):
            ask(copy)
        case .end(let copy):
            busyLanes -= 1
            schedule.ended()
            moved[copy] += 1
            if moved[copy] == copies[copy].blocks {
                ends[copies[copy].name] = now
                if let flow = flows[copy] { schedule.leave(flow) }
            } else if copies[copy].thinks > 0 {
                events.append(Event(at: now + copies[copy].thinks, body: .ask(copy)))
            } else {
                ask(copy)
            }
            feedDisk()
        }
    }

    private mutating func ask(_ copy: Int) {
        guard asked[copy] < copies[copy].blocks, let flow = flows[copy] else { return }
        asked[copy] += 1
        let ticket = tickets.count
        tickets[ticket] = copy
        waiting[copy, default: 0] += 1
        schedule.request(ticket, bytes: Self.block, for: flow)
    }

    private var waiting: [Int: Int] = [:]

    private mutating func dispatch() -> Double {
        while true {
            switch schedule.next(at: now) {
            case .grant(let ticket):
                guard let copy = tickets[ticket] else { continue }
                let names = Set(waiting.filter { $0.value > 0 }.keys.map { copies[$0].name })
                grants.append(Grant(at: now, name: copies[copy].name, account: copies[copy].account, waiting: names))
                waiting[copy, default: 0] -= 1
                disk.append(copy)
                feedDisk()
            case .wait(let until): return until
            case .idle: return .infinity
            }
        }
    }

    private mutating func feedDisk() {
        while busyLanes < lanes, !disk.isEmpty {
            busyLanes += 1
            events.append(Event(at: now + moveSeconds, body: .end(disk.removeFirst())))
        }
    }
}

extension AccountID {
    static func number(_ number: Int) -> AccountID {
        let digits = String(number)
        guard let id = AccountID(rawValue: String(repeating: "0", count: 12 - digits.count) + digits) else {
            preconditionFailure("no account \(number)")
        }
        return id
    }
}
