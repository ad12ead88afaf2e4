import Domain
import Testing

@Suite struct PolicySimulationTests {
    private typealias Samples = PolicySamples

    @Test func whatDeniesIsTheOnlyStatementThatIsTold() throws {
        var policies = ApplicablePolicies()
        policies.identity = [
            try Samples.identity(Samples.allow("s3:*"), Samples.allow("s3:Get*"), Samples.allow("ec2:*"), name: "a"),
            try Samples.identity(Samples.allow("ec2:*"), Samples.deny("s3:GetObject"), name: "b"),
        ]
        let denied = policies.simulate(Samples.request(Samples.alice))
        #expect(denied.decision == .explicitDeny)
        #expect(denied.matches == [.init(policy: "b", type: .identity, statement: 1)])
        let allowed = policies.simulate(Samples.request(Samples.alice, "s3:GetObjectAcl"))
        #expect(allowed.decision == .allowed)
        #expect(allowed.matches.map(\.statement) == [0, 1] && allowed.matches.allSatisfy { $0.policy == "a" })
        let neither = policies.simulate(Samples.request(Samples.alice, "kms:Decrypt"))
        #expect(neither.decision == .implicitDeny && neither.matches.isEmpty)
    }

    @Test func whatLimitsIsToldBesideIt() throws {
        var policies = ApplicablePolicies()
        policies.identity = [try Samples.identity(Samples.allow("*"))]
        #expect(policies.simulate(Samples.request(Samples.alice)).isAllowedByBoundary == nil)
        #expect(policies.simulate(Samples.request(Samples.alice)).isAllowedByOrganization == nil)
        policies.boundary = [try Samples.identity(Samples.allow("ec2:*"), name: "boundary")]
        policies.serviceControl = [[try Samples.identity(Samples.allow("*"))], [try Samples.identity(Samples.allow("s3:*"))]]
        let limited = policies.simulate(Samples.request(Samples.alice))
        #expect(limited.decision == .implicitDeny && limited.isAllowedByBoundary == false && limited.isAllowedByOrganization == true)
        #expect(limited.matches == [.init(policy: "p", type: .identity, statement: 0)])
        let other = policies.simulate(Samples.request(Samples.alice, "ec2:CopyImage"))
        #expect(other.isAllowedByBoundary == true && other.isAllowedByOrganization == false)
    }

    @Test func keysThatAreAskedAboutAndMissingAreNamedAsThePolicyDoes() throws {
        var policies = ApplicablePolicies()
        policies.identity = [
            try Samples.identity(
                Samples.allow("s3:*", on: "arn:aws:s3:::${aws:PrincipalTag/Team}/*", if: #"{"Bool": {"aws:SecureTransport": "true"}}"#),
                Samples.allow("ec2:*", if: #"{"StringLike": {"aws:UserName": "a*", "ec2:Owner": "amazon"}}"#)
            )
        ]
        let request = Samples.request(Samples.alice, ["aws:securetransport": ["true"]])
        #expect(policies.simulate(request).missingKeys == ["aws:PrincipalTag/Team", "ec2:Owner"])
    }

    @Test func statementsHaveAPlace() throws {
        let text = """
            {
              "Version": "2012-10-17",
              "Id": "{\\"Statement\\": [{",
              "Statement": [
                {"Effect": "Allow", "Action": "é:}", "Resource": "*"},
                {
                  "Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Null": {"a:b": "true"}}
                }
              ]
            }
            """
        let places = PolicyDocument.places(ofStatementsIn: text)
        #expect(places.map { [$0.start.line, $0.start.column, $0.end.line, $0.end.column] } == [[5, 5, 5, 58], [6, 5, 8, 6]])
        let single = #"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"},"Version":"2012-10-17"}"#
        #expect(PolicyDocument.places(ofStatementsIn: single).map { [$0.start.column, $0.end.column] } == [[14, 60]])
    }
}
