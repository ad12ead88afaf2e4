import Client
import Foundation
import Wire

/// What a test has in hand: a stub, a client that calls it, and the clock of its waits.
struct StubWorld: Sendable {
    let server: StubServer
    let client: AWSClient
    let clock: InstantClock

    static let credential = Credential(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    /// 2026-11-22T19:34:32Z.
    static let now = Date(timeIntervalSince1970: 1_795_376_072)
}

/// Runs a stub and a client for as long as `body` runs.
@discardableResult
func withStub<Value: Sendable>(
    retry: RetryPolicy = RetryPolicy(),
    script: @escaping StubServer.Script,
    _ body: (StubWorld) async throws -> Value
) async throws -> Value {
    let server = try await StubServer(script)
    let clock = InstantClock()
    var surroundings = AWSClient.Surroundings()
    surroundings.clock = clock
    surroundings.now = { StubWorld.now }
    surroundings.jitter = { 0.5 }
    let client = AWSClient(
        endpoints: Endpoints(everyService: EndpointURL(server.url)),
        credential: StubWorld.credential,
        retry: retry,
        surroundings: surroundings
    )
    let result: Result<Value, any Error>
    do {
        result = .success(try await body(StubWorld(server: server, client: client, clock: clock)))
    } catch {
        result = .failure(error)
    }
    try await client.shutdown()
    try await server.stop()
    return try result.get()
}

/// Answers requests one after the other from a list; the last answer stays.
actor ReplyQueue {
    private var replies: [StubReply]

    init(_ replies: [StubReply]) { self.replies = replies }

    func next() -> StubReply { replies.count > 1 ? replies.removeFirst() : replies[0] }
}
