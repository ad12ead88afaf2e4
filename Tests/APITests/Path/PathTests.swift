import API
import Domain
import HTTPTypes
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

    /// A bucket without tokens stops whatever goes by the path: an action that another way led to would answer.
    @Test(.againstHangs) func noRequestReachesAnActionButByThePath() async throws {
        let empty = Throttle(.protect, rates: { _, _, _, _ in CallRate(burst: 0, perSecond: 0) })
        try await Edge.run(throttle: empty) { edge in
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
