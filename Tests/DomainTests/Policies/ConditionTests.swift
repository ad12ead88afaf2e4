import Domain
import Testing

/// What each operator takes for a match, at the edges that policies at random do not reach.
@Suite struct ConditionTests {
    /// Whether a statement with the condition applies to a request.
    private func holds(_ condition: String, _ values: [String: [String]] = [:], of principal: Principal = PolicySamples.alice) throws
        -> Bool
    {
        var policies = ApplicablePolicies()
        policies.identity = [try PolicySamples.identity(PolicySamples.allow("s3:GetObject", if: condition))]
        return policies.decide(PolicySamples.request(principal, values)).isAllowed
    }

    @Test(arguments: [
        ("2026-11-29T12:00:00Z", "2026-11-29T12:00:00Z", true), ("2026-11-29T12:00:00.5Z", "2026-11-29T12:00:00.500Z", true),
        ("2026-11-29T13:30:00+01:30", "2026-11-29T12:00:00Z", true), ("2026-11-29T07:00-05:00", "2026-11-29T12:00:00Z", true),
        ("2026-11-29", "2026-11-29T00:00:00Z", true), ("2026-11", "2026-11-01", true), ("2026", "1970-01-01T00:33:46Z", true),
        ("1970-01-01T00:00:00Z", "0", true), ("1969-12-31T23:59:59Z", "-1", true), ("2000-02-29", "951782400", true),
        ("2024-03-01", "1709251200", true),
        ("2026-11-29T12:00:01Z", "2026-11-29T12:00:00Z", false), ("2026-13-01", "2026-13-01", false), ("today", "today", false),
        ("2026-11-29T25:00:00Z", "2026-11-29T25:00:00Z", false), ("2026-11-29T12:00:00+1", "2026-11-29T11:00:00Z", false),
    ])
    func dates(_ value: String, _ wanted: String, _ isEqual: Bool) throws {
        // IAM refuses to keep a date that is none; the policies of buckets may have one.
        let statement = PolicySamples.allow("s3:*", to: #""*""#, if: #"{"DateEquals": {"ec2:Time": "\#(wanted)"}}"#)
        var policies = ApplicablePolicies()
        policies.resource = ResourcePolicy(owner: PolicySamples.account, rule: .adds, policy: try PolicySamples.resource(statement))
        #expect(policies.decide(PolicySamples.request(PolicySamples.alice, ["ec2:time": [value]])).isAllowed == isEqual)
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.0/24", true), ("192.0.3.7", "192.0.2.0/24", false), ("192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "0.0.0.0/0", true),
        ("192.0.2.8", "192.0.2.7/32", false), ("192.0.2.6", "192.0.2.7/31", true), ("2001:db8::1", "2001:db8::/32", true),
        ("2001:db9::1", "2001:db8::/32", false), ("2001:0db8:0:0:0:0:0:1", "2001:db8::1", true), ("::ffff:192.0.2.7", "192.0.2.0/24", true),
        ("2001:db8::1", "0.0.0.0/0", false), ("192.0.2.7", "2001:db8::/32", false), ("192.0.2", "192.0.2.0/24", false),
        ("192.0.2.7", "192.0.2.0/33", false),
        ("192.0.2.7", "192.0.2.0/", false), ("192.0.2.7", "192.0.2.0/24/8", false), ("192.0.2.7", "192.0.2.0/-1", false),
        ("2001:db8::1", "::/0", true),
        ("2001:db8:8000::1", "2001:db8:8000::/33", true), ("2001:db8::1", "2001:db8:8000::/33", false), ("", "0.0.0.0/0", false),
        ("192.0.2.7/24", "192.0.2.0/24", true), ("192.0.0.0/16", "192.0.2.0/24", false),
    ])
    func addresses(_ value: String, _ network: String, _ isInside: Bool) throws {
        #expect(try holds(#"{"IpAddress": {"aws:SourceIp": "\#(network)"}}"#, ["aws:sourceip": [value]]) == isInside)
        #expect(try holds(#"{"NotIpAddress": {"aws:SourceIp": "\#(network)"}}"#, ["aws:sourceip": [value]]) == !isInside)
    }

    @Test func numbersAreNumbersHoweverTheyAreWritten() throws {
        for wanted in ["10", "\"10\"", "\"10.0\"", "\"1e1\"", "[9, 10]"] {
            #expect(try holds(#"{"NumericEquals": {"s3:max-keys": \#(wanted)}}"#, ["s3:max-keys": ["10"]]), "\(wanted)")
        }
        #expect(try !holds(#"{"NumericLessThan": {"s3:max-keys": "inf"}}"#, ["s3:max-keys": ["10"]]))
    }

    @Test func anAccountThatIsWrittenAsANumberIsThatAccount() throws {
        #expect(try holds(#"{"StringEquals": {"aws:PrincipalAccount": 111122223333}}"#))
    }

    @Test func truthValuesAreTakenInAllTheirForms() throws {
        for wanted in ["true", "\"true\"", "\"True\""] {
            #expect(try holds(#"{"Bool": {"aws:SecureTransport": \#(wanted)}}"#, ["aws:securetransport": ["true"]]), "\(wanted)")
            #expect(try !holds(#"{"Bool": {"aws:SecureTransport": \#(wanted)}}"#, ["aws:securetransport": ["false"]]), "\(wanted)")
        }
    }

    @Test func whoCallsAndWhenIsKnownWithoutBeingTold() throws {
        for (principal, key, value) in [
            (PolicySamples.alice, "aws:username", "alice"), (PolicySamples.alice, "AWS:UserID", "AIDAALICE"),
            (PolicySamples.alice, "aws:PrincipalArn", "arn:aws:iam::111122223333:user/alice"),
            (PolicySamples.worker, "aws:PrincipalArn", "arn:aws:iam::111122223333:role/worker"),
            (PolicySamples.worker, "aws:userid", "AROAWORKER:one"), (PolicySamples.worker, "aws:PrincipalType", "AssumedRole"),
            (PolicySamples.alice, "aws:PrincipalIsAWSService", "false"), (PolicySamples.bob, "aws:PrincipalAccount", "111122223333"),
            (PolicySamples.alice, "aws:CurrentTime", "2026-11-22T19:34:32.000Z"), (PolicySamples.alice, "aws:EpochTime", "1795376072"),
        ] {
            #expect(try holds(#"{"StringEquals": {"\#(key)": "\#(value)"}}"#, of: principal), "\(key)")
        }
        #expect(try holds(#"{"Null": {"aws:username": "true"}}"#, of: PolicySamples.worker))
        #expect(try holds(#"{"DateGreaterThan": {"aws:CurrentTime": "2026-11-22T00:00:00Z"}}"#))
    }

    @Test func aKeyWithoutAValueIsAbsent() throws {
        #expect(try holds(#"{"Null": {"aws:TagKeys": "true"}}"#, ["aws:tagkeys": []]))
    }

    @Test func aWildcardInTheValueOfAVariableIsNone() throws {
        let condition = #"{"StringLike": {"s3:prefix": "${aws:PrincipalTag/home}/*"}}"#
        #expect(try holds(condition, ["aws:principaltag/home": ["a"], "s3:prefix": ["a/b"]]))
        #expect(try !holds(condition, ["aws:principaltag/home": ["*"], "s3:prefix": ["a/b"]]))
        #expect(try holds(condition, ["aws:principaltag/home": ["*"], "s3:prefix": ["*/b"]]))
    }

    /// Whoever sends a key twice must not pass by the value that suits it.
    @Test func ofAKeyThatIsThereTwiceEachValueCounts() throws {
        let condition = #"{"StringEquals": {"aws:RequestTag/team": "a"}}"#
        #expect(try holds(condition, ["aws:requesttag/team": ["a"]]))
        #expect(try !holds(condition, ["aws:requesttag/team": ["a", "b"]]))
        #expect(try holds(#"{"StringNotEquals": {"aws:RequestTag/team": "c"}}"#, ["aws:requesttag/team": ["a", "b"]]))
        for (denied, isAllowed) in [("b", false), ("a", false), ("c", true)] {
            var policies = ApplicablePolicies()
            policies.identity = [
                try PolicySamples.identity(
                    PolicySamples.allow("s3:*"),
                    PolicySamples.deny("s3:*", if: #"{"StringEquals": {"aws:RequestTag/team": "\#(denied)"}}"#)
                )
            ]
            let request = PolicySamples.request(PolicySamples.alice, ["aws:requesttag/team": ["a", "b"]])
            #expect(policies.decide(request).isAllowed == isAllowed, "\(denied)")
        }
        var context = ConditionContext(of: PolicySamples.alice, in: "aws", at: PolicySamples.date)
        context.set([Tag(key: "Team", value: "a"), Tag(key: "team", value: "b")], under: "aws:resourcetag")
        #expect(context["aws:resourcetag/team"] == ["a", "b"])
        // Those of a session stand in place of its role's.
        context.set([Tag(key: "TEAM", value: "c")], under: "aws:resourcetag")
        #expect(context["aws:resourcetag/team"] == ["c"])
    }

    @Test func allButAnUnknownResourceIsNotEverything() throws {
        let excluded = #"{"Effect": "EFFECT", "Action": "s3:*", "NotResource": "arn:aws:s3:::${aws:PrincipalTag/team}/*"}"#
        func decide(_ statements: String..., team: String?) throws -> String {
            var policies = ApplicablePolicies()
            let document = PolicySamples.document(statements)
            policies.identity = [NamedPolicy(name: "p", policy: try PolicyDocument.identity(parsing: document).policy)]
            return policies.decide(PolicySamples.request(PolicySamples.alice, ["aws:principaltag/team": team.map { [$0] } ?? []])).short
        }
        let (allow, deny) = (excluded.replacing("EFFECT", with: "Allow"), excluded.replacing("EFFECT", with: "Deny"))
        #expect(try decide(allow, team: "other") == "allowed")
        #expect(try decide(allow, team: "depot") == "?identity")
        #expect(try decide(allow, team: nil) == "?identity")
        #expect(try decide(PolicySamples.allow("*"), deny, team: nil) == "-identity")
        #expect(try decide(PolicySamples.allow("*"), deny, team: "depot") == "allowed")
    }

    @Test func variablesThatAreNoneStayText() throws {
        for text in ["${aws:username", "$aws:username}", "{aws:username}"] {
            #expect(try holds(#"{"StringEquals": {"s3:prefix": "\#(text)"}}"#, ["s3:prefix": [text]]), "\(text)")
        }
        #expect(try holds(#"{"StringEquals": {"s3:prefix": "${$}{aws:username}"}}"#, ["s3:prefix": ["${aws:username}"]]))
        #expect(try !holds(#"{"StringEquals": {"s3:prefix": "${}"}}"#, ["s3:prefix": [""]]))
        #expect(try holds(#"{"StringEqualsIgnoreCase": {"s3:prefix": "HOME/${aws:username}"}}"#, ["s3:prefix": ["home/ALICE"]]))
    }

    @Test func thePolicyTellsWhatItAsksAbout() throws {
        let policy = try PolicySamples.identity(
            PolicySamples.allow(
                "s3:*",
                on: "arn:aws:s3:::b/${aws:PrincipalTag/Team, 'none'}/*",
                if: #"{"StringLike": {"S3:Prefix": "${aws:username}/*"}, "Null": {"aws:TokenIssueTime": "true"}}"#
            )
        )
        #expect(policy.policy.conditionKeys == ["aws:principaltag/team", "s3:prefix", "aws:username", "aws:tokenissuetime"])
        var policies = ApplicablePolicies()
        policies.identity = [policy]
        policies.boundary = [try PolicySamples.identity(PolicySamples.allow("*", if: #"{"Bool": {"aws:SecureTransport": "true"}}"#))]
        #expect(policies.conditionKeys(about: "s3:GetObject") == policy.policy.conditionKeys.union(["aws:securetransport"]))
        #expect(policies.conditionKeys(about: "ec2:CopyImage") == ["aws:securetransport"])
    }
}
