import Wire

/// A line that QEMU says over its control socket (QMP).
enum QMPMessage: Sendable {
    case greeting
    case answer(id: Int, QMPAnswer)
    case refusal(id: Int?, String)
    case event(QMPEvent)
    /// Well formed, and of no use here.
    case other

    /// Answers are small; what a guest can put into them is less.
    static let mostBytes = 1 << 20

    /// - Throws: ``MachineError`` for what is no line of QMP.
    init(_ line: [UInt8]) throws(MachineError) {
        let json: JSONReader
        do { json = try JSONReader(parsing: line, limits: JSONLimits(bytes: Self.mostBytes)) } catch {
            throw MachineError(.silent, "What QEMU said is not understood: \(error).")
        }
        let id = json.value("id").unreadNumber.flatMap { Int($0) }
        if json.contains("QMP") {
            self = .greeting
        } else if let name = json.rawText("event") {
            self = .event(QMPEvent(name: name, data: json.value("data").unreadReader))
        } else if let refusal = json.value("error").unreadReader {
            self = .refusal(id: id, refusal.rawText("desc") ?? "no reason given")
        } else if json.contains("return"), let id {
            self = .answer(id: id, QMPAnswer(json.value("return")))
        } else {
            self = .other
        }
    }
}

/// What a command returned.
package struct QMPAnswer: Sendable {
    private let value: JSONValue

    init(_ value: JSONValue) { self.value = value }

    /// The answer itself, where it is a text.
    var text: String? { value.unreadText }

    package func text(_ name: String) -> String? { value.unreadReader?.rawText(name) }

    /// The texts under a name in each object of a list.
    func texts(_ name: String) -> [String] { value.unreadElements.compactMap { $0.unreadReader?.rawText(name) } }
}

/// What QEMU tells of by itself.
package enum QMPEvent: Hashable, Sendable {
    case stopped
    case resumed
    case shutDown(byGuest: Bool)
    case reset
    case poweredDown
    case panicked
    case deviceDeleted(String)
    case other(String)

    package init(name: String, data: JSONReader?) {
        switch name {
        case "STOP": self = .stopped
        case "RESUME": self = .resumed
        case "SHUTDOWN": self = .shutDown(byGuest: data?.rawText("reason")?.hasPrefix("guest") ?? false)
        case "RESET": self = .reset
        case "POWERDOWN": self = .poweredDown
        case "GUEST_PANICKED": self = .panicked
        case "DEVICE_DELETED": self = .deviceDeleted(data?.rawText("device") ?? "")
        default: self = .other(name)
        }
    }
}

/// How a guest is.
package enum MachineState: Hashable, Sendable {
    /// QEMU is there, and the guest has not begun.
    case prepared
    case running
    /// Stopped by a command.
    case paused
    /// It switched itself off, or was told to and did; QEMU is there still. Nil when nobody watched how it came to it.
    case off(byGuest: Bool?)
    /// Its kernel gave up.
    case panicked
    /// QEMU is gone.
    case gone

    /// As `query-status` has it.
    package init(status: String) {
        switch status {
        case "prelaunch", "inmigrate": self = .prepared
        case "running": self = .running
        case "shutdown": self = .off(byGuest: nil)
        case "guest-panicked": self = .panicked
        default: self = .paused
        }
    }

    package func after(_ event: QMPEvent) -> MachineState {
        switch (self, event) {
        case (.gone, _): .gone
        case (.off, .reset), (.off, .resumed): .running
        case (.off, _): self
        case (_, .shutDown(let byGuest)): .off(byGuest: byGuest)
        case (_, .panicked): .panicked
        case (.panicked, .stopped): .panicked
        case (_, .stopped): .paused
        case (_, .resumed): .running
        default: self
        }
    }
}
