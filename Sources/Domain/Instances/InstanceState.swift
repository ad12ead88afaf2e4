/// The states of an instance (docs/behaviour/instances.md, "States").
package enum InstanceState: String, Sendable, CaseIterable {
    case pending, running
    case shuttingDown = "shutting-down"
    case terminated, stopping, stopped

    /// As answers number them.
    package var code: Int {
        switch self {
        case .pending: 0
        case .running: 16
        case .shuttingDown: 32
        case .terminated: 48
        case .stopping: 64
        case .stopped: 80
        }
    }

    /// Whether it is on its way out, or gone.
    package var isEnding: Bool { self == .shuttingDown || self == .terminated }
}

/// How a state became another, as Start-, Stop- and TerminateInstances answer.
package struct InstanceStateChange: Sendable, Equatable {
    package let instance: InstanceID
    package let previous: InstanceState
    package let current: InstanceState

    package init(instance: InstanceID, previous: InstanceState, current: InstanceState) {
        self.instance = instance
        self.previous = previous
        self.current = current
    }
}
