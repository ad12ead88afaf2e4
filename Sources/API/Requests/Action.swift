import Domain
import Services

/// An action of an AWS service, the same idea for all of them. The type is the action: its properties are the typed request, it says what
/// the caller must be allowed to do, and it runs. Each dialect has a protocol of its own upon this one that reads and writes for it.
///
/// docs/adding-an-action.md lists what a new one needs.
protocol Action<Input>: Sendable {
    /// What the dialect has made of a request when its action is known: what the properties are read from.
    associatedtype Input: ConditionSource

    /// As the reference of the service has it. The registry, the log and limits know the action by it.
    static var name: String { get }

    /// All that the caller must be allowed to do. An action cannot do without.
    static var permissions: [Permission<Self>] { get }

    /// Whether it brings or copies data of an object or a snapshot, as many a time as there are pieces: the log does not tell of each. CloudTrail
    /// keeps such calls apart as data events.
    static var movesData: Bool { get }

    /// Reads the action, whole: what nobody read of a request is refused.
    static func read(_ input: Input, in call: Call) async throws -> ReadAction<Self>

    /// What is told when the action cannot be read or is not allowed.
    static func refusal(_ error: any Error, in call: Call) -> any Error

    /// Runs, and writes the answer down. A client token is looked up where the call commits, in the transaction that would obey it.
    func reply(in call: Call, requestID: String) async throws -> Reply
}

extension Action {
    static var name: String { "\(Self.self)" }

    static var movesData: Bool { false }

    static func refusal(_ error: any Error, in _: Call) -> any Error { error }
}

/// An action that has been read from a request.
struct ReadAction<Value> {
    let action: Value
    /// What conditions ask about that stands in the body, where the action reads that before it is let in.
    var facts: ConditionFacts = [:]
    /// What a dry run is told that has passed every check; nil when the call is to be obeyed.
    var dryRunOutcome: Fault?
    /// For whom a token of the request vouches, in place of who has signed it.
    var identity: WebIdentity?
}

/// The action that a request asks for, and what it is read from.
struct AskedAction<Input: ConditionSource> {
    let type: any Action<Input>.Type
    let input: Input
    /// What it is about, in the client's words: for the log.
    var resource: String?
    /// Whether a listing is asked for whole, without ids, filters or the size of a page: limits count it apart.
    var isUnbounded = false
    /// How many resources the call is to make or change.
    var resources = 1
}
