import Domain
import Testing

/// What IAM takes for the policy of an identity or a role, and in which words it refuses the rest.
@Suite struct PolicyDocumentTests {
    private static let whole: [String: String] = ["Effect": #""Allow""#, "Action": #""s3:GetObject""#, "Resource": #""*""#]
    private static let wholeTrust: [String: String] = [
        "Effect": #""Allow""#, "Action": #""sts:AssumeRole""#, "Principal": #"{"AWS": "111122223333"}"#,
    ]

    /// One statement that is right but for the members given; an empty text leaves one out.
    private static func policy(_ changes: [String: String], of whole: [String: String] = whole, version: String = "2012-10-17") -> String {
        let members = whole.merging(changes) { $1 }.filter { !$0.value.isEmpty }.map { "\"\($0.key)\": \($0.value)" }
        return #"{"Version": "\#(version)", "Statement": [{\#(members.sorted().joined(separator: ", "))}]}"#
    }

    private static func refusal(_ read: () throws(Fault) -> PolicyDocument) -> String? {
        do throws(Fault) {
            _ = try read()
            return nil
        } catch {
            return error.code.rawValue == "MalformedPolicyDocument" ? error.message : "\(error)"
        }
    }

    private func expectIdentity(_ text: String, _ message: String?) {
        #expect(Self.refusal { () throws(Fault) in try PolicyDocument.identity(parsing: text) } == message, "\(text)")
    }

    private func expectTrust(_ text: String, _ message: String?) {
        #expect(Self.refusal { () throws(Fault) in try PolicyDocument.trust(parsing: text) } == message, "\(text)")
    }

    @Test func theFormOfADocument() {
        expectIdentity(Self.policy([:]), nil)
        expectIdentity(#"{"Statement": {"Effect": "Deny", "NotAction": ["*"], "NotResource": "*"}}"#, nil)
        for text in ["", "no policy", #"{"Statement": "#] {
            expectIdentity(text, "Syntax errors in policy. (This policy contains invalid Json)")
            expectTrust(text, "This policy contains invalid Json")
        }
        expectIdentity("[]", "Syntax errors in policy. (Invalid policy syntax.)")
        expectIdentity("{}", "Syntax errors in policy. (Missing required field Statement)")
        expectIdentity(Self.policy([:], version: "2026-01-01"), "Syntax errors in policy. (The policy must contain a valid version string)")
        expectIdentity(#"{"Statement": []}"#, "Syntax errors in policy. (Could not parse the policy: Statement is empty!)")
    }

    @Test func managedPoliciesHaveTheNewerVersion() {
        let old = Self.policy([:], version: "2008-10-17")
        expectIdentity(old, nil)
        for text in [old, #"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#] {
            let refusal = Self.refusal { () throws(Fault) in try PolicyDocument.identity(parsing: text, needsVariables: true) }
            #expect(refusal == "Policy document must be version 2012-10-17 or greater.")
        }
    }

    @Test func sizeIsCountedWithoutWhiteSpace() throws {
        let text = Self.policy([:])
        let size = PolicyDocument.size(of: text)
        #expect(size == text.count { !$0.isWhitespace })
        func refusal(limit: Int) -> String? {
            let limit = PolicyDocument.SizeLimit(quota: "PolicySize", characters: limit)
            return Self.refusal { () throws(Fault) in try PolicyDocument.identity(parsing: text + "\n\t    ", limit: limit) }
        }
        #expect(refusal(limit: size) == nil)
        #expect(refusal(limit: size - 1) == "LimitExceeded: Cannot exceed quota for PolicySize: \(size - 1)")
    }

    @Test func whatAStatementMustHave() {
        expectIdentity(Self.policy(["Effect": ""]), "Syntax errors in policy. (statement 1: Missing required field Effect)")
        expectIdentity(Self.policy(["Effect": #""allow""#]), "Syntax errors in policy. (statement 1: Invalid effect: allow)")
        for action in ["", "[]"] {
            let fault = action.isEmpty ? "Missing required field Action" : "Policy has invalid action"
            expectIdentity(Self.policy(["Action": action]), "Policy statement must contain actions. (statement 1: \(fault))")
        }
        expectIdentity(
            Self.policy(["Resource": ""]),
            "Policy statement must contain resources. (statement 1: Missing required field Resource)"
        )
        for member in ["Principal", "NotPrincipal"] {
            let message = "Policy document should not specify a principal. (statement 1: Has prohibited field \(member))"
            expectIdentity(Self.policy([member: #""*""#]), message)
        }
        expectIdentity(Self.policy(["Actions": #""*""#]), "Syntax errors in policy. (statement 1: Unknown field Actions)")
        expectIdentity(
            Self.policy(["NotAction": #""*""#]),
            "Syntax errors in policy. (statement 1: A statement cannot have both Action and NotAction)"
        )
        expectIdentity(Self.policy(["Action": "7"]), "Syntax errors in policy. (statement 1: Policy has invalid action)")
        expectIdentity(
            Self.policy(["Sid": #""a b""#]),
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]* (statement 1)"
        )
    }

    /// Of two one would be read, and whoever wrote the policy could not tell which.
    @Test func aMemberStandsThereOnce() throws {
        let statement = #"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#
        for (document, name) in [
            (#"{"Statement": \#(statement), "Statement": \#(statement)}"#, "Statement"),
            (#"{"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"}}"#, "Effect"),
            (#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "\u0041ction": "s3:*"}}"#, "Action"),
            (
                #"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"a:b": true}, "Bool": {}}}}"#,
                "Bool"
            ),
            (
                #"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"a:b": true, "a:b": false}}}}"#,
                "a:b"
            ),
        ] {
            expectIdentity(document, "Syntax errors in policy. (Duplicate field \(name))")
            // What was taken in before is read as it was.
            _ = try PolicyDocument.kept(document, of: .identity)
        }
        #expect(throws: PolicyError.self) {
            try Policy(parsing: Array(#"{"Statement": {"Effect": "Deny", "Principal": {"AWS": "*", "AWS": []}, "Action": "*"}}"#.utf8))
        }
        // The same name in two objects, as a value, and in text that looks like one.
        for document in [
            #"{"Statement": [\#(statement), \#(statement)]}"#,
            #"{"Id": "Id", "Statement": {"Sid": "Sid", "Effect": "Allow", "Action": ["s3:a", "s3:a"], "Resource": ["*", "*"]}}"#,
            #"{"Id": "\",\"Id\":\"{", "Statement": \#(statement)}"#,
        ] { expectIdentity(document, nil) }
    }

    @Test func twoStatementsHaveTwoNames() {
        let one = #"{"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"}"#
        expectIdentity(
            #"{"Statement": [\#(one), {"Effect": "Allow", "Action": "*", "Resource": "*"}, \#(one)]}"#,
            "Statement IDs (SID) in a single policy must be unique. (statement 3)"
        )
    }

    @Test func actionsHaveAService() {
        for action in ["*", "s3:*", "ec2:Copy?mage", "s3-object-lambda:Get*", "execute-api:Invoke"] {
            expectIdentity(Self.policy(["Action": "\"\(action)\""]), nil)
        }
        let prefaced = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. (statement 1)"
        for action in ["GetObject", "", "s3:", "**"] { expectIdentity(Self.policy(["Action": "\"\(action)\""]), prefaced) }
        expectIdentity(Self.policy(["Action": #""s3:Get:Object""#]), "Actions/Condition can contain only one colon. (statement 1)")
        for vendor in ["s*", "", "s 3"] {
            expectIdentity(Self.policy(["Action": "[\"ec2:*\", \"\(vendor):Get\"]"]), "Vendor \(vendor) is not valid (statement 1)")
        }
    }

    @Test func resourcesAreARNs() {
        for resource in [
            "*", "arn:aws:s3:::b/*", "arn:aws:ec2:*", "arn:aws:ec2:eu-*:*:image/*", "arn:aws-cn:iam::*:user/${aws:username}",
            "arn:aws:iam::aws:policy/*",
            "arn:aws:s3:eu-west-1:111122223333:accesspoint/a", "arn:aws:iam::111122223333:*",
        ] {
            expectIdentity(Self.policy(["Resource": "\"\(resource)\""]), nil)
        }
        for (resource, message) in [
            ("foo", #"Resource foo must be in ARN format or "*"."#),
            ("a:b:c:d:e:f", #"Resource a:b:c:d:e:f must be in ARN format or "*"."#),
            ("arn:aws", #"Resource arn:aws must be in ARN format or "*"."#),
            ("arn:aws:ec2:x", #"Resource arn:aws:ec2:x must be in ARN format or "*"."#),
            ("arn:azure:s3:::b", #"Partition "azure" is not valid for resource "arn:azure:s3:::b"."#),
            ("arn:aws:*:::b", "Resource vendor must be fully qualified and cannot contain regexes."),
            ("arn:aws:s3:eu-west-1::b", "Resource arn:aws:s3:eu-west-1::b can not contain region information."),
            (
                "arn:aws:iam:eu-west-1:111122223333:user/a",
                "IAM resource arn:aws:iam:eu-west-1:111122223333:user/a cannot contain region information."
            ),
        ] {
            expectIdentity(Self.policy(["Resource": "\"\(resource)\""]), "\(message) (statement 1)")
        }
        let paths = Self.refusal { () throws(Fault) in
            try PolicyDocument.identity(parsing: Self.policy(["Resource": #""arn:aws:iam::111122223333:nobody/a""#]))
        }
        #expect(paths?.hasPrefix(#"IAM resource path must either be "*" or start with user/, federated-user/, role/"#) == true)
    }

    @Test func conditions() {
        expectIdentity(Self.policy(["Condition": #"{"DateLessThan": {"aws:CurrentTime": ["2026-11-29T00:00:00Z", "1795376072"]}}"#]), nil)
        expectIdentity(
            Self.policy(["Condition": #"{"DateLessThan": {"aws:CurrentTime": "tomorrow"}}"#]),
            "The policy failed legacy parsing (statement 1)"
        )
        expectIdentity(
            Self.policy(["Condition": #"{"StringIs": {"aws:username": "a"}}"#]),
            "Syntax errors in policy. (statement 1: Invalid Condition type : StringIs)"
        )
        expectIdentity(
            Self.policy(["Condition": #"{"StringEquals": {"username": "a"}}"#]),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. (statement 1: Policy has an invalid condition key)"
        )
    }

    @Test func trustPolicies() {
        func policy(_ changes: [String: String]) -> String { Self.policy(changes, of: Self.wholeTrust) }
        for changes in [
            [:], ["Action": #"["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]"#], ["Action": #""sts:Assume*""#],
            ["Principal": #"{"Service": ["ec2.amazonaws.com", "vmie.amazonaws.com"]}"#], ["Principal": #""*""#],
            [
                "Principal": #"{"Federated": "arn:aws:iam::111122223333:oidc-provider/example.com"}"#,
                "Action": #""sts:AssumeRoleWithWebIdentity""#,
            ],
            ["Principal": #"{"AWS": ["arn:aws:iam::111122223333:role/a/b", "arn:aws:sts::111122223333:assumed-role/b/c"]}"#],
        ] {
            expectTrust(policy(changes), nil)
        }
        expectTrust(policy(["Principal": ""]), "Missing required field Principal (statement 1)")
        expectTrust(policy(["Action": ""]), "Missing required field Action (statement 1)")
        expectTrust(policy(["Resource": #""*""#]), "Has prohibited field Resource (statement 1)")
        for action in ["s3:GetObject", "*", "sts:GetCallerIdentity"] {
            expectTrust(policy(["Action": "\"\(action)\""]), "AssumeRole policy may only specify STS AssumeRole actions. (statement 1)")
        }
        for (kind, name) in [
            ("AWS", "arn:aws:iam::111122223333:group/g"), ("AWS", "alice"), ("AWS", "arn:aws:iam::111122223333:user/*"), ("Service", "ec2"),
            ("Service", "nosuch"), ("CanonicalUser", String(repeating: "a", count: 64)),
        ] {
            let message = #"Invalid principal in policy: "\#(kind.uppercased())":"\#(name)" (statement 1)"#
            expectTrust(policy(["Principal": #"{"\#(kind)": "\#(name)"}"#]), message)
        }
        for name in ["nosuch", "arn:aws:iam::111122223333:user/a", "arn:aws:iam::111122223333:oidc-provider/", "*"] {
            let message = "Federated principals must be valid domain names or SAML metadata ARNs (statement 1)"
            expectTrust(policy(["Principal": #"{"Federated": "\#(name)"}"#]), message)
        }
        expectTrust(policy(["Principal": #"{"User": "a"}"#]), "Syntax errors in policy. (statement 1: Invalid principal in policy)")
    }
}
