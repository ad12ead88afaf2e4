import Client
import NIOCore
import NIOHTTP1
import Testing
import Wire

@Suite struct RetryTests {
    private static func error(_ code: String, status: Int) -> StubReply {
        .xml(
            "<Response><Errors><Error><Code>\(code)</Code><Message>m</Message></Error></Errors><RequestID>r</RequestID></Response>",
            status: status
        )
    }

    private func replies(_ replies: StubReply...) -> StubServer.Script {
        let queue = ReplyQueue(replies)
        return { _ in await queue.next() }
    }

    @Test func serverErrorsAndThrottlesAreTriedAgainWithGrowingWaits() async throws {
        let script = replies(
            Self.error("InternalError", status: 500),
            Self.error("Unavailable", status: 503),
            Self.error("RequestLimitExceeded", status: 503),
            .hangUp,
            .xml("<DescribeRegionsResponse/>")
        )
        try await withStub(script: script) { world in
            _ = try await world.client.ec2("DescribeRegions", [], region: "us-east-1")
            #expect(world.server.requests.count == 5)
            // Jitter 0.5 makes three quarters of the full wait.
            #expect(world.clock.waits == [.milliseconds(75), .milliseconds(150), .milliseconds(1_500), .milliseconds(600)])
        }
    }

    @Test func aRefusalIsNotTriedAgain() async throws {
        try await withStub(script: replies(Self.error("InvalidAMIID.NotFound", status: 400))) { world in
            let error = await #expect(throws: AWSError.self) { try await world.client.ec2("CopyImage", [], region: "eu-west-1") }
            #expect(error?.code == "InvalidAMIID.NotFound")
            #expect(world.server.requests.count == 1)
            #expect(world.clock.waits.isEmpty)
        }
    }

    @Test func theCallerGetsTheLastErrorWhenNoAttemptIsLeft() async throws {
        var retry = RetryPolicy()
        retry.attempts = 4
        try await withStub(retry: retry, script: replies(Self.error("InternalError", status: 500))) { world in
            let error = await #expect(throws: AWSError.self) { try await world.client.ec2("DescribeImages", [], region: "us-east-1") }
            #expect(error?.attempt == 4)
            #expect(world.server.requests.count == 4)
        }
    }

    @Test func anEndpointThatNeverAnsweredIsGivenUpSoon() async throws {
        try await withStub(script: { _ in .hangUp }) { world in
            let error = await #expect(throws: ConnectionFailure.self) {
                try await world.client.ec2("DescribeImages", [], region: "us-east-1")
            }
            #expect(error?.attempt == 3)
            #expect(error?.mayHaveBeenTaken == true)
        }
    }

    @Test func arefusedConnectionProvesThatNothingWasTaken() async throws {
        let stopped = try await StubServer { _ in .hangUp }
        let url = stopped.url
        try await stopped.stop()
        let clock = InstantClock()
        var surroundings = AWSClient.Surroundings()
        surroundings.clock = clock
        let client = AWSClient(
            endpoints: Endpoints(everyService: EndpointURL(url)),
            credential: StubWorld.credential,
            surroundings: surroundings
        )
        let error = await #expect(throws: ConnectionFailure.self) {
            try await client.ec2("RegisterImage", [], region: "us-east-1", repetition: .whenNotTaken)
        }
        #expect(error?.mayHaveBeenTaken == false)
        #expect(error?.cause == "connection refused")
        #expect(clock.waits.count == 2, "a request that nobody took is tried again even without a token")
        try await client.shutdown()
    }

    @Test func waitsStayUnderTheLongest() {
        let policy = RetryPolicy()
        #expect(policy.wait(after: 60, throttled: false, jitter: 0.999) <= policy.longestWait)
        #expect(policy.wait(after: 1, throttled: false, jitter: 0) == .milliseconds(50))
        #expect(policy.wait(after: 1, throttled: true, jitter: 0) == .milliseconds(250))
    }
}
