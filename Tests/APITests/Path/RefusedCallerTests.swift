import API
import Domain
import HTTPTypes
import TestSupport
import Testing

/// For every action of the registry: who may not is refused, in the dialect's words, and nothing changes; who may gets past.
@Suite struct RefusedCallerTests {
    /// What the services say to who may not.
    private static let refusals: [String: (status: Int, code: String)] = [
        "ebs": (403, "AccessDeniedException"), "ec2": (403, "UnauthorizedOperation"), "ferry": (400, "AccessDeniedException"),
        "iam": (403, "AccessDenied"), "kms": (400, "AccessDeniedException"), "organizations": (400, "AccessDeniedException"),
        "rbin": (403, "AccessDeniedException"), "s3": (403, "AccessDenied"), "servicequotas": (400, "AccessDeniedException"),
        "sts": (403, "AccessDenied"),
    ]

    /// The actions that policies decide. Those that a token opens are tried in `WebIdentityTests`.
    private static let decided = RegisteredAction.all.filter { !$0.needsNoPermission && !$0.isUnlessDenied && !$0.isUnsigned }
    /// Those that a policy decides only where it denies.
    private static let deniable = RegisteredAction.all.filter(\.isUnlessDenied)

    @Test(.againstHangs) func whoHasNoPermissionIsRefused() async throws {
        try await Edge.run { edge in
            let world = try await ActionWorld(edge)
            try await expectRefusals(in: world, isExplicit: false)
        }
    }

    @Test(.againstHangs) func whoIsDeniedByNameIsRefused() async throws {
        try await Edge.run { edge in
            let world = try await ActionWorld(edge)
            try await world.allow(
                #"{"Effect":"Allow","Action":"*","Resource":"*"}"#,
                #"{"Sid":"Never","Effect":"Deny","Action":"*","Resource":"*"}"#
            )
            try await expectRefusals(in: world, isExplicit: true)
        }
    }

    /// Each permission that is declared is needed by one of the samples, and all of them are enough.
    @Test(.againstHangs) func whoHasTheDeclaredPermissionsGetsPast() async throws {
        try await Edge.run { edge in
            let world = try await ActionWorld(edge)
            for action in Self.decided {
                let samples = ActionSamples.requests(action.service, action.name)
                for permission in action.permissions where action.permissions.count > 1 {
                    try await world.allow(Self.allowing(action.permissions.filter { $0 != permission }))
                    var (missed, answers) = (false, [String]())
                    for sample in samples {
                        let answer = try await world.answer(to: sample)
                        missed = missed || Self.isRefused(answer, sample, for: permission)
                        answers.append("\(answer.status) \(answer.body)")
                    }
                    #expect(missed, "no sample of \(action.service) \(action.name) needs \(permission): \(answers)")
                }
                try await world.allow(Self.allowing(action.permissions))
                for sample in samples {
                    let answer = try await world.answer(to: sample)
                    // Whether what is asked for is there may be told to fewer.
                    let isRefused = action.permissions.contains { Self.isRefused(answer, sample, for: $0) }
                    #expect(!isRefused, "\(action.service) \(action.name): \(answer.status) \(answer.body)")
                }
            }
        }
    }

    private static func allowing(_ permissions: [String]) -> String {
        #"{"Effect":"Allow","Action":[\#(permissions.map { "\"\($0)\"" }.joined(separator: ","))],"Resource":"*"}"#
    }

    private static func isRefused(_ answer: EdgeAnswer, _ sample: SampleRequest, for permission: String) -> Bool {
        // An answer to HEAD has no text.
        guard sample.method != .head else { return answer.status == 403 }
        // The image is deregistered all the same, and the answer tells of each snapshot.
        if permission == "ec2:DeleteSnapshot", answer.body.contains("DeregisterImageResponse") {
            return answer.body.contains("<returnCode>missing-permissions</returnCode>")
        }
        return answer.body.contains("is not authorized to perform: \(permission)")
    }

    private func expectRefusals(in world: ActionWorld, isExplicit: Bool) async throws {
        let before = try world.edge.files()
        for action in isExplicit ? Self.decided + Self.deniable : Self.decided {
            let name = "\(action.service) \(action.name)"
            let sample = try #require(ActionSamples.request(action.service, action.name), "no sample of \(name)")
            let answer = try await world.answer(to: sample)
            let expected = try #require(Self.refusals[action.service])
            // It tells of each key for itself.
            let status = action.name == "DeleteObjects" ? 200 : expected.status
            #expect(answer.status == status, "\(name): \(answer.status) \(answer.body)")
            guard sample.method != .head else { continue }
            #expect(answer.says(expected.code), "\(name): \(answer.body)")
            try await expectWords(of: answer, for: action, in: world, isExplicit: isExplicit)
        }
        let after = try world.edge.files()
        for path in Set(before.keys).union(after.keys) { #expect(before[path] == after[path], "a refused call changed \(path)") }
        let free = RegisteredAction.all.filter(\.needsNoPermission)
        // What nobody needs to be allowed leaves rows of its own, after the files were compared.
        for action in isExplicit ? free : free + Self.deniable {
            let answer = try await world.answer(to: try #require(ActionSamples.request(action.service, action.name)))
            #expect(answer.status == 200, "\(action.name): \(answer.status) \(answer.body)")
        }
    }

    /// It names who, what and on which resource, and which kind of policy is missing or denies.
    private func expectWords(of answer: EdgeAnswer, for action: RegisteredAction, in world: ActionWorld, isExplicit: Bool) async throws {
        var text = answer.body.replacing("&apos;", with: "'").replacing("&quot;", with: "\"").replacing("\\/", with: "/")
        if action.service == "s3" {
            // S3 has words of its own for the resource.
            text = text.replacing("\"", with: "")
            text = text.replacing("s3:ListAllMyBuckets ", with: "s3:ListAllMyBuckets on resource: * ", maxReplacements: 1)
        }
        let start = "User: \(world.callerARN) is not authorized to perform: "
        guard let told = text.between(start, isExplicit ? " policy" : " action") else {
            Issue.record("\(action.service) \(action.name): \(text)")
            return
        }
        let words = told.split(separator: " ").map(String.init)
        let permission = words[0]
        #expect(action.permissions.contains(permission), "\(action.name): \(text)")
        #expect(words.dropFirst().starts(with: ["on", "resource:"]), "\(text)")
        #expect(words.count > 3 && (words[3] == "*" || words[3].hasPrefix("arn:aws:")), "\(text)")
        let reason = words.dropFirst(4).joined(separator: " ")
        let kinds = PolicyType.allCases.map(\.rawValue)
        if isExplicit {
            #expect(reason == "with an explicit deny in an identity-based", "\(text)")
        } else {
            #expect(kinds.contains { reason == "because no \($0) allows the \(permission)" }, "\(text)")
        }
        guard action.service == "ec2" else { return }
        let message = try #require(text.between("Encoded authorization failure message: ", "<"))
        let decoded = try await world.decoded(message)
        #expect(decoded.contains(#""allowed":false"#) && decoded.contains(#""explicitDeny":\#(isExplicit)"#), "\(decoded)")
        #expect(decoded.contains(#""action":"\#(permission)""#) && decoded.contains(#""arn":"\#(world.callerARN)""#), "\(decoded)")
        #expect(decoded.contains(#""resource":"\#(words[3])""#) && decoded.contains(#""statementId":"Never""#) == isExplicit, "\(decoded)")
    }
}
