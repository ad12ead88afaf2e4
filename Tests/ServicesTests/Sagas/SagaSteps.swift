import Blocks
import Glibc
import Synchronization
import TestSupport

/// Counts the durable steps of a saga — calls that change the disk, commits of the index, commits of rows — and fails one of them, or
/// everything behind one of them, as when the process dies right after it.
final class SagaSteps: Sendable {
    enum Mishap: Sendable, Equatable {
        case none
        /// That step fails once.
        case fails(Int)
        /// That step is done, and then the process is no more.
        case diesAfter(Int)
    }

    struct Failed: Error {}

    private struct State {
        var names: [String] = []
        var mishap = Mishap.none
        var death: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Counts from 1 from now on. `death` is called once, when a process that is to be dead wants to go on.
    func arm(_ mishap: Mishap, death: (@Sendable () -> Void)? = nil) {
        state.withLock { state in
            state.names = []
            state.mishap = mishap
            state.death = death
        }
    }

    /// The steps that were begun, in order.
    var names: [String] { state.withLock { $0.names } }

    var isDead: Bool {
        state.withLock { state in
            guard case .diesAfter(let last) = state.mishap else { return false }
            return state.names.count > last
        }
    }

    /// Whether the saga came as far as its mishap.
    var isMet: Bool {
        state.withLock { state in
            switch state.mishap {
            case .none: false
            case .fails(let number), .diesAfter(let number): state.names.count >= number
            }
        }
    }

    /// One step is about to be taken.
    func step(_ name: String) throws {
        let (fails, death) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
            state.names.append(name)
            switch state.mishap {
            case .none: return (false, nil)
            case .fails(let number): return (state.names.count == number, nil)
            case .diesAfter(let number): return (state.names.count > number, state.names.count == number + 1 ? state.death : nil)
            }
        }
        death?()
        if fails { throw Failed() }
    }

    /// Counts what changes this disk and this index.
    func watch(_ disk: FaultyDisk, _ index: MemoryFrameIndex) {
        disk.setFaults { event in
            guard [.create, .write, .sync, .syncFolder, .remove].contains(event.call) else { return nil }
            return (try? self.step("\(event.call)")) == nil ? .error(EIO) : nil
        }
        index.failCommits { _ in (try? self.step("index")) == nil ? Failed() : nil }
    }
}
