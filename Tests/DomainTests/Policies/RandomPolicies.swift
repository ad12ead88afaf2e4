import Domain
import Foundation
import TestSupport

/// Policies and questions at random, of a vocabulary so small that they meet often.
struct RandomPolicies {
    var random: SeededGenerator

    private static let actions = ["s3:GetObject", "s3:PutObject", "ec2:CopyImage", "kms:Decrypt"]
    private static let actionTexts =
        ["*", "s3:*", "s3:Get*", "S3:getobject", "s3:?etObject", "ec2:Copy?mage", "kms:De*", "ec2:*", "*t"] + actions
    private static let resources = [
        "*", "arn:aws:s3:::depot/a", "arn:aws:s3:::depot/home/alice/x", "arn:aws:s3:::depot/a:b", "arn:aws:ec2:eu-west-1::image/ami-1",
        "arn:aws:kms:eu-west-1:111122223333:key/k",
    ]
    private static let resourceTexts =
        [
            "*", "**", "arn:aws:s3:::depot/*", "arn:aws:s3:::d?pot/a", "arn:aws:s3:::depot/home/${aws:username}/*",
            "arn:aws:ec2:*::image/*",
            "arn:aws:ec2:eu-*-1::image/*", "arn:aws:e*1::image/*", "arn:aws:*", "arn:aws:kms:*:key/?", "arn:aws:s3*depot/a",
            "arn:*:image/*",
            "arn:*:a?s:*i*ge/*", "arn:aws:s3:::depot/a?b", "arn:aws:s3:::${s3:prefix, 'depot'}/a", "arn:aws:s3:::depot/${*}",
        ] + resources
    private static let services = ["ec2.amazonaws.com", "vmie.amazonaws.com"]
    private static let providers = ["arn:aws:iam::111122223333:oidc-provider/example.com", "example.com"]
    private static let callers =
        principals.map { Caller.principal($0) } + services.map { .service($0) } + providers.map { .provider($0) }
    private static let principals = [
        PolicySamples.root, PolicySamples.alice, PolicySamples.bob, PolicySamples.worker, PolicySamples.federated,
        PolicySamples.federatedByRoot, PolicySamples.anonymous, PolicySamples.stranger, PolicySamples.strangeRoot,
    ]
    private static let principalTexts = [
        "*", "111122223333", "arn:aws:iam::111122223333:root", "444455556666", "arn:aws:iam::111122223333:user/alice",
        "arn:aws:iam::111122223333:user/team/bob", "arn:aws:iam::111122223333:role/worker",
        "arn:aws:sts::111122223333:assumed-role/worker/one",
        "arn:aws:sts::111122223333:assumed-role/worker/two", "arn:aws:sts::111122223333:federated-user/fred",
        "arn:aws:iam::444455556666:user/stranger",
    ]

    /// By the operators that they are for: the keys and what they are compared with. The time of the request is no part of this.
    private static let texts = [
        "depot", "home/", "alice", "Alice", "home/*", "*", "a?ice", "${aws:username}", "${s3:prefix, 'alice'}", "${*}",
        "${aws:PrincipalTag/team}",
    ]
    private static let arns = [
        "*", "arn:aws:iam::111122223333:user/*", "arn:aws:iam::*:role/worker", "arn:aws:iam::1111*", "arn:aws:*:user/alice",
        "arn:aws:iam::111122223333:user/${aws:username}", "arn:aws:s3:::depot", "depot",
    ]

    mutating func question() -> ReferenceEvaluator.Question {
        var values: [String: [String]] = [:]
        if random.oneIn(2) { values["s3:prefix"] = [random.pick(["depot", "home/", "alice", "home/alice", "*"])] }
        if random.oneIn(2) { values["s3:max-keys"] = [random.pick(["9", "10", "11.5", "ten"])] }
        if random.oneIn(2) { values["aws:sourceip"] = [random.pick(["192.0.2.7", "198.51.100.1", "nowhere", "2001:db8::7", "::1"])] }
        if random.oneIn(2) { values["aws:principaltag/team"] = [random.pick(["alice", "depot"])] }
        if random.oneIn(2) { values["kms:blob"] = [random.pick(["QUJD", "AAAA", "QUJDRA=="])] }
        if random.oneIn(2) { values["aws:securetransport"] = [random.pick(["true", "false"])] }
        if random.oneIn(2) {
            values["aws:sourcearn"] = [random.pick(["arn:aws:s3:::depot", "arn:aws:iam::111122223333:user/alice", "depot"])]
        }
        if random.oneIn(2) { values["ec2:time"] = [random.pick(["1795376072", "1795376071", "2026-11-22T19:34:32Z"])] }
        if random.oneIn(2) { values["aws:tagkeys"] = (0...random.pick([0, 1, 2])).map { _ in random.pick(["alice", "depot", "x"]) } }
        return ReferenceEvaluator.Question(
            caller: random.pick(Self.callers),
            action: random.pick(Self.actions),
            resource: random.pick(Self.resources),
            values: values
        )
    }

    mutating func policies() -> ReferenceEvaluator.Policies {
        var policies = ReferenceEvaluator.Policies()
        policies.identity = some(upTo: 3) { $0.document(.identity) }
        if random.oneIn(3) { policies.boundary = document(.identity) }
        if random.oneIn(3) { policies.session = some(upTo: 2) { $0.document(.identity) } }
        if random.oneIn(3) { policies.serviceControl = some(upTo: 2) { $0.some(upTo: 2) { $0.document(.identity) } } }
        if !random.oneIn(3) {
            policies.owner = random.oneIn(3) ? PolicySamples.otherAccount : PolicySamples.account
            policies.decides = random.oneIn(2)
            if !random.oneIn(4) { policies.resource = document(policies.decides && random.oneIn(2) ? .trust : .resource) }
        }
        return policies
    }

    private mutating func some<Element>(upTo most: Int, _ make: (inout RandomPolicies) -> Element) -> [Element] {
        (0..<Int.random(in: 0...most, using: &random)).map { _ in make(&self) }
    }

    private mutating func document(_ kind: Policy.Kind) -> [String: Any] {
        var document: [String: Any] = ["Statement": some(upTo: 2) { $0.statement(kind) } + [statement(kind)]]
        if !random.oneIn(4) { document["Version"] = random.pick(["2012-10-17", "2012-10-17", "2008-10-17"]) }
        return document
    }

    private mutating func statement(_ kind: Policy.Kind) -> [String: Any] {
        var statement: [String: Any] = ["Effect": random.oneIn(4) ? "Deny" : "Allow"]
        statement[random.oneIn(6) ? "NotAction" : "Action"] = texts(of: Self.actionTexts)
        if kind != .trust { statement[random.oneIn(6) ? "NotResource" : "Resource"] = texts(of: Self.resourceTexts) }
        if kind != .identity {
            statement[random.oneIn(5) ? "NotPrincipal" : "Principal"] = random.oneIn(4) ? "*" : named() as Any
        }
        if random.oneIn(3) { statement["Condition"] = condition() }
        return statement
    }

    /// Principals by their kinds, of which there is one at least.
    private mutating func named() -> [String: Any] {
        var named: [String: Any] = [:]
        if random.oneIn(4) { named["Service"] = texts(of: Self.services) }
        if random.oneIn(4) { named["Federated"] = texts(of: Self.providers) }
        if named.isEmpty || !random.oneIn(3) { named["AWS"] = texts(of: Self.principalTexts) }
        return named
    }

    private mutating func texts(of vocabulary: [String]) -> Any {
        random.oneIn(2) ? random.pick(vocabulary) as Any : (0...random.pick([0, 1, 2])).map { _ in random.pick(vocabulary) } as Any
    }

    private mutating func condition() -> [String: [String: Any]] {
        var condition: [String: [String: Any]] = [:]
        for _ in 0...random.pick([0, 1]) {
            let (name, key, vocabulary) = comparison()
            let quantifier = random.pick(["", "", "ForAnyValue:", "ForAllValues:"])
            let suffix = random.oneIn(4) ? "IfExists" : ""
            let whole = name == "Null" ? name : quantifier + name + suffix
            condition[whole, default: [:]][key] = texts(of: vocabulary)
        }
        return condition
    }

    private mutating func comparison() -> (name: String, key: String, vocabulary: [String]) {
        let orders = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
        switch Int.random(in: 0..<9, using: &random) {
        case 0: return ("Null", random.pick(["aws:username", "s3:prefix", "aws:TagKeys", "aws:PrincipalAccount"]), ["true", "false"])
        case 1: return ("Numeric" + random.pick(orders), "s3:max-keys", ["10", "9.5", "11.5"])
        case 2: return ("Date" + random.pick(orders), "ec2:Time", ["1795376072", "2026-11-22T19:34:32Z", "2026-11-22T19:34:33Z"])
        case 3: return ("Bool", "aws:SecureTransport", ["true", "false"])
        case 4:
            return (
                random.pick(["IpAddress", "NotIpAddress"]), "aws:SourceIp",
                [
                    "192.0.2.0/24", "192.0.2.7", "0.0.0.0/0", "198.51.100.0/31", "2001:db8::/32", "2001:DB8:0:0::7", "2001:db8::8/125",
                    "::/0",
                ]
            )
        case 5:
            return (
                random.pick(["ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"]), random.pick(["aws:PrincipalArn", "AWS:SourceArn"]),
                Self.arns
            )
        case 6: return ("BinaryEquals", "kms:Blob", ["QUJD", "AAAA", "QUJDRA=="])
        default:
            let names = [
                "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase",
            ]
            let keys = [
                "aws:PrincipalTag/team", "aws:username", "aws:userid", "s3:prefix", "aws:TagKeys", "aws:PrincipalType",
                "aws:PrincipalAccount",
            ]
            return (random.pick(names), random.pick(keys), Self.texts)
        }
    }
}
