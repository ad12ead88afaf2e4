import Domain
import Testing

/// Whom the policy of a resource lets in once it is known whom its ARNs named.
@Suite struct PrincipalIDsTests {
    private typealias Samples = PolicySamples

    private static let names = [
        "arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:role/worker",
        "arn:aws:sts::111122223333:assumed-role/worker/one",
    ]

    private func decide(_ caller: Principal, to principals: String, _ ids: [String: String]?, denies: Bool = false) throws -> String {
        let statement = denies ? Samples.deny("s3:*", to: principals) : Samples.allow("s3:*", to: principals)
        let document = Samples.document(denies ? [statement, Samples.allow("s3:*", to: #""*""#)] : [statement])
        let policy = try CompiledPolicy(resource: document, ids: ids.map(PrincipalIDs.init))
        var policies = ApplicablePolicies()
        policies.resource = ResourcePolicy(owner: Samples.account, rule: .adds, policy: NamedPolicy(name: "resource", policy: policy))
        return policies.decide(Samples.request(caller)).short
    }

    @Test func whoHasTheNameNowIsNotWhoHadIt() throws {
        for (caller, name, id) in [
            (Samples.alice, Self.names[0], "AIDAALICE"), (Samples.worker, Self.names[1], "AROAWORKER"),
            (Samples.worker, Self.names[2], "AROAWORKER:one"), (Samples.federated, Self.names[0], "AIDAALICE"),
        ] {
            let principals = #"{"AWS": "\#(name)"}"#
            #expect(try decide(caller, to: principals, nil) == decide(caller, to: principals, [name: id]))
            #expect(try decide(caller, to: principals, [name: id]) != "?identity", "\(name)")
            #expect(try decide(caller, to: principals, [name: "AIDAFORMER"]) == "?identity", "\(name)")
            // Of whom nobody had the name, nobody has it.
            #expect(try decide(caller, to: principals, [:]) == "?identity", "\(name)")
            #expect(try decide(caller, to: principals, [name: id], denies: true) == "-resource", "\(name)")
            #expect(try decide(caller, to: principals, [name: "AIDAFORMER"], denies: true) != "-resource", "\(name)")
        }
    }

    @Test func whoIsCalledOtherwiseByNowIsStillLetIn() throws {
        let renamed = Samples.principal(.user(.init(id: "AIDAALICE", path: "/team/", name: "alicia")))
        #expect(try decide(renamed, to: #"{"AWS": "\#(Self.names[0])"}"#, [Self.names[0]: "AIDAALICE"]) == "allowed")
    }

    @Test func accountsAndFederatedUsersHaveNoOtherIDs() throws {
        #expect(try decide(Samples.root, to: #"{"AWS": "111122223333"}"#, [:]) == "allowed")
        #expect(try decide(Samples.federated, to: #"{"AWS": "arn:aws:sts::111122223333:federated-user/fred"}"#, [:]) == "allowed")
    }

    @Test func namesOfIdentitiesAreTakenApart() throws {
        let session = try #require(NamedIdentity(Self.names[2]))
        #expect(session.kind == .role && session.name == "worker" && session.session == "one")
        let role = IAMIdentity(id: "AROA1", account: Samples.account, kind: .role, name: "worker", path: "/a/", createdAt: Samples.date)
        #expect(session.id(of: role) == "AROA1:one")
        #expect(NamedIdentity(Self.names[1])?.id(of: role) == nil)
        #expect(NamedIdentity("arn:aws:iam::111122223333:role/a/worker")?.id(of: role) == "AROA1")
        for text in [
            "*", "111122223333", "arn:aws:iam::111122223333:root", "arn:aws:sts::111122223333:federated-user/fred",
            "arn:aws:iam::111122223333:role/\u{212A}eeper", "arn:aws:iam::111122223333:user/", "vmie.amazonaws.com",
        ] { #expect(NamedIdentity(text) == nil, "\(text)") }
    }

    @Test func aPolicyIsToldWithItsPrincipalsAsTheyAreNow() throws {
        let text = #"""
            { "Statement": [
                {"Sid": "n", "Principal": {"AWS": ["n", "m",  "\u006e"], "Service": "n"}, "Action": "n", "Condition": {"Principal": {"AWS": "n"}}},
                {"NotPrincipal": { "AWS" : "n" }, "Resource": ["n", {"AWS": "n"}]} ], "Principal": {"AWS": {"AWS": "n"}} }
            """#
        let told = PolicyDocument.renaming(["n": "AIDA\"1", "x": "y"], in: text)
        let expected = #"""
            { "Statement": [
                {"Sid": "n", "Principal": {"AWS": ["AIDA\"1", "m",  "AIDA\"1"], "Service": "n"}, "Action": "n", "Condition": {"Principal": {"AWS": "n"}}},
                {"NotPrincipal": { "AWS" : "AIDA\"1" }, "Resource": ["n", {"AWS": "n"}]} ], "Principal": {"AWS": {"AWS": "n"}} }
            """#
        #expect(told == expected)
        #expect(PolicyDocument.renaming([:], in: text) == text)
    }
}
