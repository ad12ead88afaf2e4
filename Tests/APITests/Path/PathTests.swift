import API
import Domain
import HTTPTypes
import Logging
import Services
import TestSupport
import Testing

/// Each stage of the path, for every action of the registry.
@Suite struct PathTests {
    /// What the services say of a call that comes too often.
    private static let throttled: [String: (status: Int, code: String)] = [
        "ebs": (400, "RequestThrottledException"), "ec2": (503, "RequestLimitExceeded"), "ferry": (400, "ThrottlingException"),
        "iam": (400, "Throttling"), "kms": (400, "ThrottlingException"), "rbin": (429, "ThrottlingException"), "s3": (503, "SlowDown"),
        "organizations": (400, "TooManyRequestsException"), "servicequotas": (400, "TooManyRequestsException"), "sts": (400, "Throttling"),
    ]

    /// A bucket without tokens stops every action before it is read, and nothing has changed. That nothing but the path runs actions is seen in the
    /// sources: `tidy/test_sources.py`.
    @Test(.againstHangs) func aCallBeyondItsBucketIsRefusedAndChangesNothing() async throws {
        let empty = Throttle(.protect, rates: { _, _, _, _ in CallRate(burst: 0, perSecond: 0) })
        try await Edge.run(throttle: empty) { edge in
            try await edge.noteUse(of: edge.credential)
            let before = try edge.files()
            try await EdgeDriver.direct.open(edge) { send in
                for action in RegisteredAction.all {
                    let name = "\(action.service) \(action.name)"
                    let sample = try #require(ActionSamples.request(action.service, action.name), "no sample of \(name)")
                    let answer = try await send(sample, .right)
                    let expected = try #require(Self.throttled[action.service])
                    #expect(answer.status == expected.status, "\(name): \(answer.body)")
                    if sample.method != .head { #expect(answer.says(expected.code), "\(name): \(answer.body)") }
                    #expect(edge.lastAction == action.name)
                }
            }
            let after = try edge.files()
            for path in Set(before.keys).union(after.keys) { #expect(before[path] == after[path], "a throttled call changed \(path)") }
        }
    }

    /// A listing that nothing bounds has a bucket of its own, as AWS's has: the next one is refused while one by ids passes.
    @Test(.againstHangs) func aListingWithoutIDsReachesTheSmallerBucket() async throws {
        let rates = Throttle(.protect, rates: { _, _, _, isUnbounded in CallRate(burst: isUnbounded ? 1 : 100, perSecond: 0) })
        try await Edge.run(throttle: rates) { edge in
            let whole = SampleRequest.form("ec2", "DescribeImages")
            #expect(try await edge.answer(to: whole, by: edge.credential).status == 200)
            for unbounded in [whole, .form("ec2", "DescribeImages", ["NextToken": "x"])] {
                #expect(try await edge.answer(to: unbounded, by: edge.credential).says("RequestLimitExceeded"))
            }
            for bounded in [["ImageId.1": "ami-00000000000000001"], ["MaxResults": "5"], ["Owner.1": "self"]] {
                let answer = try await edge.answer(to: .form("ec2", "DescribeImages", bounded), by: edge.credential)
                #expect(answer.status != 503, "\(bounded): \(answer.body)")
            }
        }
    }

    /// One call that is wrong at every stage, mended stage by stage: each refuses before those behind it look.
    @Test(.againstHangs) func theFirstStageThatRefusesAnswers() async throws {
        let throttle = Throttle(.off, rates: { profile, _, _, _ in profile == .off ? nil : CallRate(burst: 0, perSecond: 0) })
        try await Edge.run(throttle: throttle) { edge in
            let world = try await ActionWorld(edge)
            try await world.allow(#"{"Effect":"Deny","Action":"*","Resource":"*"}"#)
            let (unknown, unread) = (SampleRequest.form("ec2", "Land"), SampleRequest.form("ec2", "CreateKeyPair"))
            let dry = SampleRequest.form("ec2", "CreateKeyPair", ["KeyName": "first", "DryRun": "true"])
            let before = try edge.files()
            throttle.profile = .protect
            for (signing, code) in [
                (SampleRequest.Signing.unknownKey, "AuthFailure"), (.otherSecret, "AuthFailure"), (.right, "InvalidAction"),
            ] {
                let answer = try await edge.answer(to: unknown, signed: signing, by: world.caller)
                #expect(answer.says(code), "\(signing): \(answer.body)")
            }
            #expect(try await world.answer(to: unread).says("RequestLimitExceeded"))
            throttle.profile = .off
            #expect(try await world.answer(to: unread).says("MissingParameter"))
            #expect(try await world.answer(to: dry).says("UnauthorizedOperation"))
            #expect(try edge.files() == before)
            try await world.allow(#"{"Effect":"Allow","Action":"*","Resource":"*"}"#)
            #expect(try await world.answer(to: dry).says("DryRunOperation"))
            let last = SampleRequest.form("ec2", "CreateKeyPair", ["KeyName": "first"])
            #expect(try await world.answer(to: last).status == 200)
            // A dry run is refused by what the use case refuses.
            #expect(try await world.answer(to: dry).says("InvalidKeyPair.Duplicate"))
        }
    }

    /// An action that is obeyed and changes something stands in the log, with who and where; what only reads, or only moves data, does not.
    @Test(.againstHangs) func everyChangeIsRecorded() async throws {
        try await Edge.run { edge in
            let world = try await ActionWorld(edge)
            try await world.allow(#"{"Effect":"Allow","Action":"*","Resource":"*"}"#)
            var recorded: Set<String> = []
            for action in RegisteredAction.all where !action.isUnsigned {
                for sample in ActionSamples.requests(action.service, action.name) {
                    let first = edge.log.entries.count
                    let answer = try await world.answer(to: sample)
                    let lines = edge.log.entries.dropFirst(first).filter { $0.level == .info && $0.message.hasSuffix("as asked") }
                    let isTold = action.isRecorded && (200..<300).contains(answer.status)
                    #expect(lines.count == (isTold ? 1 : 0), "\(action.service) \(action.name): \(answer.status) \(lines.map(\.line))")
                    guard isTold, let line = lines.first else { continue }
                    #expect(line.metadata["action"] == action.name && line.metadata["service"] == action.service)
                    for name in ["account", "address", "request_id", "resource"] { #expect(line.metadata[name] != nil, "\(line.line)") }
                    recorded.insert(action.service)
                }
            }
            #expect(recorded.isSuperset(of: ["ebs", "ec2", "iam", "kms", "organizations", "rbin", "s3"]))
        }
    }

    /// What has no line changes nothing: the verbs of `Change` mean what they say. Data alone is written without one.
    @Test(.againstHangs) func whatIsNotRecordedChangesNothing() async throws {
        let silent = RegisteredAction.all.filter { !$0.isRecorded && !$0.isUnsigned }
        #expect(
            Set(silent.filter(\.movesData).map(\.name)) == [
                "CompleteMultipartUpload", "CopyObject", "CreateMultipartUpload", "PutObject", "PutSnapshotBlock", "UploadPart",
                "UploadPartCopy",
            ]
        )
        try await Edge.run { edge in
            let world = try await ActionWorld(edge)
            try await world.allow(#"{"Effect":"Allow","Action":"*","Resource":"*"}"#)
            // The default group of a network is made when somebody asks first.
            _ = try await world.answer(to: try #require(ActionSamples.request("ec2", "DescribeSecurityGroups")))
            for action in silent where !action.movesData {
                let before = try edge.files()
                for sample in ActionSamples.requests(action.service, action.name) { _ = try await world.answer(to: sample) }
                #expect(
                    try edge.files() == before,
                    "\(action.service) \(action.name) changes something: a verb that changes has to be told"
                )
            }
        }
    }

    /// And without a right signature nobody comes so far; without any S3 alone looks at what is asked for, as a bucket may be open.
    @Test(.againstHangs, arguments: [SampleRequest.Signing.absent, .otherSecret, .unknownKey, .sessionToken, .old])
    func noRequestIsReadThatIsNotSigned(_ signing: SampleRequest.Signing) async throws {
        let ofS3 = Set(RegisteredAction.all.filter { $0.service == "s3" }.map(\.name))
        try await Edge.run { edge in
            try await EdgeDriver.direct.open(edge) { send in
                for action in RegisteredAction.all {
                    let sample = try #require(ActionSamples.request(action.service, action.name))
                    let answer = try await send(sample, signing)
                    #expect((400..<500).contains(answer.status), "\(action.service) \(action.name): \(answer.status) \(answer.body)")
                    guard let found = edge.lastAction else { continue }
                    let isOpen = signing == .absent && (ofS3.contains(found) || action.isUnsigned)
                    #expect(isOpen, "\(action.service) \(action.name) was read as \(found)")
                }
            }
        }
    }
}

extension EdgeAnswer {
    /// Whether an error of this code is told, in whatever dialect.
    func says(_ code: String) -> Bool {
        headers["x-amzn-errortype"] == code || body.contains("<Code>\(code)</Code>") || body.contains("\"__type\":\"\(code)\"")
    }
}
