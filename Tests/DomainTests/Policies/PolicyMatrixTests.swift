import Domain
import Foundation
import Testing

/// Who may do what to which resource in an organization of two accounts: `Fixtures/matrix.txt` has a line for each, and nothing changes it
/// unseen. `FERRY_WRITE_GOLDEN=1 swift test --filter PolicyMatrixTests` writes it anew, for its changes to be read.
@Suite struct PolicyMatrixTests {
    @Test func everyPrincipalActionAndResourceIsDecidedAsBefore() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/matrix.txt")
        let text = try PolicyMatrix().text
        if ProcessInfo.processInfo.environment["FERRY_WRITE_GOLDEN"] == "1" { try text.write(to: file, atomically: true, encoding: .utf8) }
        let written = try String(contentsOf: file, encoding: .utf8)
        let (new, old) = (text.split(separator: "\n"), written.split(separator: "\n"))
        #expect(new.difference(from: old).isEmpty)
        #expect(new.count > 200)
    }
}

/// The organization of the matrix: account 111122223333 manages it, and 444455556666 is a member, in a unit that may only use some services.
private struct PolicyMatrix {
    private typealias Samples = PolicySamples

    private struct Who {
        let name: String
        let principal: Principal
        var policies = ApplicablePolicies()

        init(_ name: String, _ principal: Principal, _ change: (inout ApplicablePolicies) -> Void = { _ in }) {
            self.name = name
            self.principal = principal
            change(&policies)
        }
    }

    private struct What {
        let name: String
        let arn: String
        let actions: [String]
        var policy: ResourcePolicy?
        var values: [String: [String]] = [:]
    }

    private let everybody: [Who]
    private let everything: [What]

    init() throws {
        everybody = try Self.principals()
        everything = try Self.resources()
    }

    var text: String {
        var lines: [String] = []
        for what in everything {
            for action in what.actions {
                for who in everybody {
                    var policies = who.policies
                    policies.resource = what.policy
                    let decision = policies.decide(Samples.request(who.principal, action, on: what.arn, what.values))
                    lines.append("\(action) | \(what.name) | \(who.name) | \(decision.short)")
                }
            }
        }
        let head = "action | resource | principal | allowed, or the kind of policy that denies (-) or does not allow (?)\n"
        return head + lines.joined(separator: "\n") + "\n"
    }

    private static func managed(_ name: String) throws -> NamedPolicy {
        let policy = try #require(AWSManagedPolicy.all.first { $0.name == name })
        return NamedPolicy(name: policy.arn, policy: try PolicyDocument.identity(parsing: policy.document).policy)
    }

    private static func user(_ name: String, of account: AccountID = Samples.account) -> Principal {
        Samples.principal(.user(.init(id: "AIDA\(name)", path: "/", name: name)), of: account)
    }

    private static func principals() throws -> [Who] {
        let (admin, reader, power) = (try managed("AdministratorAccess"), try managed("ReadOnlyAccess"), try managed("PowerUserAccess"))
        let images = try Samples.identity(Samples.allow("ec2:*"), name: "images alone")
        let full = try Samples.identity(Samples.allow("*"), name: "FullAWSAccess")
        let few = try Samples.identity(Samples.allow("ec2:*"), Samples.allow("s3:*"), Samples.allow("sts:*"), name: "few services")
        let role = Samples.principal(.role(.init(id: "AROABUILD", path: "/", name: "build", session: "run")))
        let strangeRole = Samples.principal(.role(.init(id: "AROAOPS", path: "/", name: "ops", session: "run")), of: Samples.otherAccount)
        let federated = Samples.principal(.federatedUser(name: "guest", of: .init(id: "AIDAadmin", path: "/", name: "admin")))
        let underUnit: [PolicySet] = [[full], [few], [full]]
        return [
            Who("root user", Samples.root),
            Who("administrator", user("admin")) { $0.identity = [admin] },
            Who("power user", user("power")) { $0.identity = [power] },
            Who("reader", user("reader")) { $0.identity = [reader] },
            Who("administrator within images", user("bounded")) { ($0.identity, $0.boundary) = ([admin], [images]) },
            Who("user without policies", user("nobody")),
            Who("session of role build", role) { $0.identity = [power] },
            Who("session of role build, for images", role) { ($0.identity, $0.session) = ([power], [images]) },
            Who("federated by administrator, to read", federated) { ($0.identity, $0.session) = ([admin], [reader]) },
            Who("federated by root user, to read", Samples.federatedByRoot) { $0.session = [reader] },
            Who("root user of the member", Samples.strangeRoot) { $0.serviceControl = underUnit },
            Who("administrator of the member", user("stranger", of: Samples.otherAccount)) {
                ($0.identity, $0.serviceControl) = ([admin], underUnit)
            },
            Who("session of the member's role ops", strangeRole) { ($0.identity, $0.serviceControl) = ([admin], underUnit) },
            Who("nobody", Samples.anonymous),
        ]
    }

    private static func resources() throws -> [What] {
        let account = "arn:aws:iam::111122223333"
        let bucket = ["s3:GetObject", "s3:PutObject"]
        func policy(_ rule: ResourcePolicy.Rule, _ policy: NamedPolicy?) -> ResourcePolicy {
            ResourcePolicy(owner: Samples.account, rule: rule, policy: policy)
        }
        func key(_ name: String, _ statements: String) throws -> What {
            What(
                name: name,
                arn: "arn:aws:kms:eu-west-1:111122223333:key/k",
                actions: ["kms:Decrypt", "kms:DescribeKey"],
                policy: policy(.decides, try Samples.resource(statements))
            )
        }
        func role(_ name: String, to principal: String) throws -> What {
            What(
                name: name,
                arn: "\(account):role/target",
                actions: ["sts:AssumeRole"],
                policy: policy(.decides, try Samples.trust(Samples.allow("sts:AssumeRole", on: nil, to: principal)))
            )
        }
        return [
            What(name: "all images", arn: "*", actions: ["ec2:DescribeImages"]),
            What(name: "image", arn: "arn:aws:ec2:eu-west-1::image/ami-1", actions: ["ec2:CopyImage", "ec2:DeregisterImage"]),
            What(name: "snapshot", arn: "arn:aws:ec2:eu-west-1::snapshot/snap-1", actions: ["ebs:GetSnapshotBlock", "ec2:DeleteSnapshot"]),
            What(name: "user", arn: "\(account):user/reader", actions: ["iam:GetUser", "iam:DeleteUser"]),
            What(name: "organization", arn: "*", actions: ["organizations:DescribeOrganization", "organizations:CreateAccount"]),
            What(name: "bucket without policy", arn: "arn:aws:s3:::b/a", actions: bucket, policy: policy(.adds, nil)),
            What(
                name: "bucket that all may read",
                arn: "arn:aws:s3:::b/a",
                actions: bucket,
                policy: policy(.adds, try Samples.resource(Samples.allow("s3:GetObject", to: #""*""#)))
            ),
            What(
                name: "bucket for the member, over TLS alone",
                arn: "arn:aws:s3:::b/a",
                actions: bucket,
                policy: policy(
                    .adds,
                    try Samples.resource(
                        Samples.allow("s3:*Object", to: #"{"AWS": "444455556666"}"#),
                        Samples.deny("s3:*", to: #""*""#, if: #"{"Bool": {"aws:SecureTransport": "false"}}"#)
                    )
                ),
                values: ["aws:securetransport": ["true"]]
            ),
            What(
                name: "bucket for role build and the session run of ops",
                arn: "arn:aws:s3:::b/a",
                actions: bucket,
                policy: policy(
                    .adds,
                    try Samples.resource(
                        Samples.allow("s3:GetObject", to: #"{"AWS": "arn:aws:iam::111122223333:role/build"}"#),
                        Samples.allow("s3:GetObject", to: #"{"AWS": "arn:aws:sts::444455556666:assumed-role/ops/run"}"#)
                    )
                )
            ),
            try key("key that leaves it to its account", Samples.allow("kms:*", to: #"{"AWS": "\#(account):root"}"#)),
            try key("key for one user", Samples.allow("kms:*", to: #"{"AWS": "\#(account):user/reader"}"#)),
            try key("key for the member too", Samples.allow("kms:*", to: #"{"AWS": ["111122223333", "444455556666"]}"#)),
            try role("role that trusts its account", to: #"{"AWS": "111122223333"}"#),
            try role("role that trusts the member", to: #"{"AWS": "444455556666"}"#),
            try role("role that trusts a user", to: #"{"AWS": "\#(account):user/nobody"}"#),
            try role("role that trusts the role build", to: #"{"AWS": "\#(account):role/build"}"#),
        ]
    }
}
