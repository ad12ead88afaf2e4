import Client
import NIOCore
import Testing

@Suite struct ErrorReadingTests {
    private func refusal(_ reply: StubReply, _ call: (AWSClient) async throws -> Void) async throws -> AWSError {
        var retry = RetryPolicy()
        retry.attempts = 1
        return try await withStub(retry: retry, script: { _ in reply }) { world in
            try #require(await #expect(throws: AWSError.self) { try await call(world.client) })
        }
    }

    @Test func ec2() async throws {
        let body = """
            <?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>InvalidAMIName.Duplicate</Code>\
            <Message>AMI name web is already in use by AMI ami-1</Message></Error></Errors><RequestID>req-1</RequestID></Response>
            """
        let error = try await refusal(.xml(body, status: 400)) { _ = try await $0.ec2("CopyImage", [], region: "eu-west-1") }
        #expect(error.code == "InvalidAMIName.Duplicate")
        #expect(error.message == "AMI name web is already in use by AMI ami-1")
        #expect((error.status, error.requestID, error.action, error.region) == (400, "req-1", "CopyImage", "eu-west-1"))
    }

    @Test func theQueryProtocol() async throws {
        let body = """
            <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code>\
            <Message>no</Message></Error><RequestId>req-2</RequestId></ErrorResponse>
            """
        let error = try await refusal(.xml(body, status: 403)) { _ = try await $0.callerIdentity(region: "us-east-1") }
        #expect((error.code, error.requestID) == ("SignatureDoesNotMatch", "req-2"))
    }

    @Test func ebsDirect() async throws {
        let reply = StubReply.json(
            #"{"Message":"The snapshot 'snap-1' was not found","Reason":"SNAPSHOT_NOT_FOUND"}"#,
            status: 404,
            headers: [("x-amzn-ErrorType", "ResourceNotFoundException:http://internal/"), ("x-amzn-RequestId", "req-3")]
        )
        let error = try await refusal(reply) { _ = try await $0.listSnapshotBlocks("snap-1", pageToken: nil, region: "us-east-1") }
        #expect((error.code, error.reason, error.requestID) == ("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", "req-3"))
        #expect(error.description.contains("SNAPSHOT_NOT_FOUND"))
    }

    @Test func anAnswerInNoDialectKeepsItsStatusAndNoControlCharacters() async throws {
        let reply = StubReply.xml("<html>\u{1B}]0;owned\u{7}bad gateway\n</html", status: 502)
        let error = try await refusal(reply) { _ = try await $0.ec2("DescribeImages", [], region: "us-east-1") }
        #expect(error.code == "HTTP502")
        #expect(error.message.contains("bad gateway"))
        #expect(!error.message.unicodeScalars.contains { $0.value < 32 })
    }

    @Test func anAnswerThatIsNoXMLIsSaidToBe() async throws {
        try await withStub(script: { _ in .xml("hello") }) { world in
            await #expect(throws: UnexpectedAnswer.self) { try await world.client.ec2("DescribeImages", [], region: "us-east-1") }
        }
    }

    @Test func aBlockThatIsTooLongIsNotTaken() async throws {
        let long = StubReply.answer(status: 200, body: ByteBuffer(repeating: 1, count: DiskBlock.size + 1))
        try await withStub(script: { _ in long }) { world in
            await #expect(throws: UnexpectedAnswer.self) {
                try await world.client.getSnapshotBlock(ListedBlock(index: 0, token: "t"), of: "snap-1", region: "us-east-1")
            }
            #expect(world.server.requests.count == 1)
        }
    }
}
