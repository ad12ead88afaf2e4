import Domain
import Testing

/// What S3 takes for a policy of the bucket `depot`, and what it says of the rest.
@Suite struct BucketPolicyRulesTests {
    private static let whole: [String: String] = [
        "Effect": #""Allow""#, "Principal": #""*""#, "Action": #""s3:GetObject""#, "Resource": #""arn:aws:s3:::depot/*""#,
    ]

    /// A statement that is right but for the members given; an empty text leaves one out.
    private static func statement(_ changes: [String: String]) -> String {
        let members = whole.merging(changes) { $1 }.filter { !$0.value.isEmpty }
        let texts: [String] = members.map { "\"\($0.key)\": \($0.value)" }
        return "{\(texts.sorted().joined(separator: ", "))}"
    }

    private static func policy(_ changes: [String: String]) -> String {
        #"{"Version": "2012-10-17", "Statement": [\#(statement(changes))]}"#
    }

    private static func refusal(of policy: String) -> Fault? {
        do throws(Fault) {
            _ = try BucketPolicy(parsing: Array(policy.utf8), for: "depot")
            return nil
        } catch {
            return error
        }
    }

    private func expectRefusal(of policy: String, _ message: String) {
        let fault = Self.refusal(of: policy)
        #expect(fault?.code.rawValue == "MalformedPolicy", "\(policy)")
        #expect(fault?.message == message, "\(policy)")
    }

    private func expectTaken(_ policy: String) {
        #expect(Self.refusal(of: policy)?.message == nil, "\(policy)")
    }

    private static let common: [String] = [
        // Everybody reads.
        policy(["Sid": #""PublicRead""#, "Action": #"["s3:GetObject", "s3:GetObjectVersion"]"#]),
        // Nobody comes without TLS.
        policy([
            "Effect": #""Deny""#, "Action": #""s3:*""#, "Resource": #"["arn:aws:s3:::depot", "arn:aws:s3:::depot/*"]"#,
            "Condition": #"{"Bool": {"aws:SecureTransport": "false"}}"#,
        ]),
        policy([
            "Effect": #""Deny""#, "Action": #""*""#, "Resource": #""arn:aws:s3:::depot/*""#,
            "Condition": #"{"NumericLessThan": {"s3:TlsVersion": 1.2}}"#,
        ]),
        // Another account puts what is the owner's.
        policy([
            "Principal": #"{"AWS": "arn:aws:iam::111122223333:root"}"#, "Action": #"["s3:PutObject", "s3:PutObjectAcl"]"#,
            "Condition": #"{"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}"#,
        ]),
        // A distribution of CloudFront reads.
        policy([
            "Principal": #"{"Service": "cloudfront.amazonaws.com"}"#,
            "Condition": #"{"ArnLike": {"AWS:SourceArn": "arn:aws:cloudfront::111122223333:distribution/*"}}"#,
        ]),
        policy(["Principal": #"{"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1A2B3C4D5E6F7"}"#]),
        // Logs are delivered.
        policy([
            "Principal": #"{"Service": ["logging.s3.amazonaws.com", "delivery.logs.amazonaws.com"]}"#, "Action": #""s3:PutObject""#,
            "Resource": #""arn:aws:s3:::depot/logs/*""#, "Condition": #"{"StringEquals": {"aws:SourceAccount": ["111122223333"]}}"#,
        ]),
        // Each user has a folder.
        policy([
            "Principal": #"{"AWS": "*"}"#, "Action": #""s3:ListBucket""#, "Resource": #""arn:aws:s3:::depot""#,
            "Condition": #"{"StringLike": {"s3:prefix": ["${aws:username}/*"]}, "Null": {"aws:PrincipalOrgID": "false"}}"#,
        ]),
        policy(["Resource": #""arn:aws:s3:::depot/home/${aws:PrincipalTag/team}/*""#]),
    ]

    @Test(arguments: common)
    func whatIsCommonIsTaken(_ policy: String) { expectTaken(policy) }

    @Test func theFormOfTheDocument() {
        let good = Self.statement([:])
        expectTaken(#"{"Id": "an id", "Version": "2008-10-17", "Statement": \#(good)}"#)
        expectTaken(#"{"Statement": [\#(Self.statement(["Sid": "\"\""])), \#(Self.statement(["Sid": "\"\""]))]}"#)
        let bad: [(String, String)] = [
            ("", "Policies must be valid JSON and the first byte must be '{'"),
            ("no policy", "Policies must be valid JSON and the first byte must be '{'"),
            ("[\(good)]", "Policies must be valid JSON and the first byte must be '{'"),
            (#"{"Statement": [\#(good)]"#, "This policy contains invalid Json"),
            ("{}", "Missing required field Statement"),
            (#"{"Version": "2012-10-17"}"#, "Missing required field Statement"),
            (#"{"Statement": []}"#, "Could not parse the policy: Statement is empty!"),
            (#"{"Statement": "text"}"#, "Invalid policy syntax."),
            (#"{"Statement": [[\#(good)]]}"#, "Invalid policy syntax."),
            (#"{"Version": "2012-10-18", "Statement": [\#(good)]}"#, "The policy must contain a valid version string"),
            (#"{"Version": 2012, "Statement": [\#(good)]}"#, "The policy must contain a valid version string"),
            (#"{"Id": 7, "Statement": [\#(good)]}"#, "Invalid policy syntax."),
            (#"{"Statement": [\#(good)], "Comment": "none"}"#, "Unknown field Comment"),
            (#"{"statement": [\#(good)]}"#, "Unknown field statement"),
        ]
        for (policy, message) in bad { expectRefusal(of: policy, message) }
    }

    @Test func twoStatementsHaveTwoNames() {
        let (one, other) = (Self.statement(["Sid": #""one""#]), Self.statement(["Sid": #""other""#]))
        expectTaken(#"{"Statement": [\#(one), \#(other), \#(Self.statement([:])), \#(Self.statement([:]))]}"#)
        expectRefusal(of: #"{"Statement": [\#(one), \#(other), \#(one)]}"#, "Statement IDs (SID) in a single policy must be unique.")
    }

    @Test func aPolicyHas20KiB() {
        func policy(padding: Int) -> String { #"{"Statement": \#(Self.statement([:]))\#(String(repeating: " ", count: padding))}"# }
        let padding = BucketPolicy.bytesMax - policy(padding: 0).utf8.count
        expectTaken(policy(padding: padding))
        expectRefusal(of: policy(padding: padding + 1), "Policy exceeds the maximum allowed document size.")
    }

    @Test func aDocumentThatNestsWithoutEndIsNone() {
        let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
        expectRefusal(of: #"{"Statement": \#(deep)}"#, "This policy contains invalid Json")
        let within = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        expectRefusal(of: #"{"Statement": \#(within)}"#, "This policy contains invalid Json")
    }

    @Test func theMembersOfAStatement() {
        for name in ["Effect", "Principal", "Action", "Resource"] {
            expectRefusal(of: Self.policy([name: ""]), "Missing required field \(name)")
        }
        for name in ["Principal", "Action", "Resource"] {
            expectRefusal(of: Self.policy(["Not\(name)": Self.whole[name] ?? ""]), "A statement cannot have both \(name) and Not\(name)")
            expectTaken(Self.policy([name: "", "Not\(name)": Self.whole[name] ?? ""]))
        }
        expectRefusal(of: Self.policy(["Effect": #""allow""#]), "Invalid effect: allow")
        expectRefusal(of: Self.policy(["Sid": "7"]), "Invalid policy syntax.")
        expectRefusal(of: Self.policy(["Actions": #""s3:*""#]), "Unknown field Actions")
    }

    @Test func actionsAreThoseOfS3() {
        for action in [
            #""s3:*""#, #""*""#, #""S3:getobject""#, #""s3:Get*""#, #""s3:?etObject""#, #"["s3:*Object*", "s3:PutObject"]"#, #""s3:**""#,
        ] {
            expectTaken(Self.policy(["Action": action]))
            expectTaken(Self.policy(["Action": "", "NotAction": action]))
        }
        for action in [
            #""ec2:*""#, #""s3:""#, #""s3""#, #""GetObject""#, #""s3:GetObjects""#, #""s3:Fetch*""#, #""s3:GetObject?""#, "\"\"", "[]", "7",
            #"["s3:GetObject", "s3:Nothing"]"#, #"["s3:GetObject", 7]"#, #"{"s3:GetObject": 1}"#, "null", #""*:GetObject""#, #""?""#,
        ] {
            expectRefusal(of: Self.policy(["Action": action]), "Policy has invalid action")
            expectRefusal(of: Self.policy(["Action": "", "NotAction": action]), "Policy has invalid action")
        }
    }

    @Test func resourcesAreTheBucketAndItsObjects() {
        for resource in [
            #""arn:aws:s3:::depot/a""#, #"["arn:aws:s3:::depot", "arn:aws:s3:::depot/*"]"#, #""arn:aws-cn:s3:::depot/*""#,
            #""arn:aws-us-gov:s3:::depot/*""#, #""arn:aws:s3:::depot*""#, #""arn:aws:s3:::dep?t/*""#, #""arn:aws:s3:::*""#,
            #""arn:aws:s3:::*/*""#, #""arn:aws:s3:::depot/a:b""#,
        ] {
            expectTaken(Self.policy(["Resource": resource]))
            expectTaken(Self.policy(["Resource": "", "NotResource": resource]))
        }
        for resource in [
            #""*""#, #""depot/*""#, #""arn:aws:s3:::other/*""#, #""arn:aws:s3:::other""#, #""arn:aws:s3:::depot2/*""#, #""arn:aws:s3:::""#,
            #""arn:aws:s3:::Depot/*""#, #""arn:aws:s3:eu-west-1::depot/*""#, #""arn:aws:s3::111122223333:depot/*""#,
            #""arn:aws:ec2:::depot/*""#, #""arn:azure:s3:::depot/*""#, #""arn:aws:s3:::depo/*""#, #""arn:aws:s3:::o*/*""#, "[]", "\"\"",
            #"["arn:aws:s3:::depot/*", "arn:aws:s3:::other/*"]"#, "{}",
        ] {
            expectRefusal(of: Self.policy(["Resource": resource]), "Policy has invalid resource")
            expectRefusal(of: Self.policy(["Resource": "", "NotResource": resource]), "Policy has invalid resource")
        }
    }

    @Test func anActionNeedsAResourceThatItIsDoneTo() {
        let (bucket, objects) = (#""arn:aws:s3:::depot""#, #""arn:aws:s3:::depot/*""#)
        let good: [(String, String)] = [
            (#""s3:ListBucket""#, bucket), (#""s3:GetObject""#, objects), (#""s3:*""#, bucket), (#""s3:List*""#, bucket),
            (#"["s3:GetObject", "s3:ListBucket"]"#, "[\(bucket), \(objects)]"), (#""s3:GetObject""#, "[\(bucket), \(objects)]"),
            (#"["s3:GetObject", "s3:ListBucket"]"#, #""arn:aws:s3:::depot*""#),
        ]
        for (action, resource) in good { expectTaken(Self.policy(["Action": action, "Resource": resource])) }
        let bad: [(String, String)] = [
            (#""s3:GetObject""#, bucket), (#""s3:ListBucket""#, objects), (#""s3:*Object""#, bucket), (#""s3:PutBucket*""#, objects),
            (#"["s3:GetObject", "s3:ListBucket"]"#, objects), (#""s3:ListAllMyBuckets""#, "[\(bucket), \(objects)]"),
        ]
        let message = "Action does not apply to any resource(s) in statement"
        for (action, resource) in bad { expectRefusal(of: Self.policy(["Action": action, "Resource": resource]), message) }
    }

    @Test func principals() {
        for principal in [
            #""*""#, #"{"AWS": "111122223333"}"#, #"{"AWS": ["arn:aws-cn:iam::111122223333:root", "*"]}"#,
            #"{"AWS": "arn:aws:iam::111122223333:user/a/path/of+her,@own"}"#, #"{"AWS": "arn:aws-us-gov:iam::111122223333:role/worker"}"#,
            #"{"AWS": "arn:aws:sts::111122223333:assumed-role/worker/session"}"#,
            #"{"AWS": "arn:aws:sts::111122223333:federated-user/her"}"#,
            #"{"CanonicalUser": "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c"}"#,
            #"{"Federated": "cognito-identity.amazonaws.com", "Service": "ec2.amazonaws.com.cn"}"#,
            #"{"Federated": "arn:aws:iam::111122223333:saml-provider/home"}"#,
        ] {
            expectTaken(Self.policy(["Principal": principal]))
            expectTaken(Self.policy(["Principal": "", "NotPrincipal": principal]))
        }
        for principal in [
            #""111122223333""#, #""everybody""#, #"["*"]"#, "{}", "7", #"{"AWS": []}"#, #"{"AWS": 111122223333}"#,
            #"{"AWS": "11112222333"}"#, #"{"AWS": "her"}"#, #"{"User": "*"}"#, #"{"AWS": "arn:aws:iam::111122223333:user/"}"#,
            #"{"AWS": "arn:aws:iam::111122223333:user"}"#,
            #"{"AWS": "arn:aws:iam::111122223333:group/all"}"#, #"{"AWS": "arn:aws:iam::111122223333:user/*"}"#,
            #"{"AWS": "arn:aws:iam:eu-west-1:111122223333:root"}"#, #"{"AWS": "arn:aws:iam::1:root"}"#,
            #"{"AWS": "arn:azure:iam::111122223333:root"}"#, #"{"AWS": "arn:aws:iam::111122223333:root/more"}"#,
            #"{"AWS": "arn:aws:sts::111122223333:assumed-role/worker"}"#, #"{"AWS": "arn:aws:s3:::depot"}"#, #"{"CanonicalUser": "12"}"#,
            #"{"Service": "ec2"}"#, #"{"Service": "*"}"#, #"{"Service": "example.com"}"#, #"{"Federated": "no provider"}"#,
            #"{"Federated": "arn:aws:iam::111122223333:saml-provider/"}"#, #"{"AWS": "*", "Service": ["ec2"]}"#,
        ] {
            expectRefusal(of: Self.policy(["Principal": principal]), "Invalid principal in policy")
            expectRefusal(of: Self.policy(["Principal": "", "NotPrincipal": principal]), "Invalid principal in policy")
        }
    }

    @Test func conditions() {
        for name in [
            "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
            "DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
            "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike",
            "ForAnyValue:StringLike", "ForAllValues:StringEqualsIfExists", "ArnLikeIfExists",
        ] {
            expectTaken(Self.policy(["Condition": #"{"\#(name)": {"aws:SourceArn": ["a", "b"]}}"#]))
        }
        for condition in [
            "{}", #"{"StringEquals": {}}"#, #"{"NumericEquals": {"s3:max-keys": ["10", 20]}}"#, #"{"Bool": {"aws:SecureTransport": true}}"#,
            #"{"Null": {"aws:TokenIssueTime": "True"}}"#, #"{"StringEquals": {"accounts.google.com:aud": "1", "s3:prefix": ""}}"#,
        ] {
            expectTaken(Self.policy(["Condition": condition]))
        }
        for name in ["Equals", "StringIs", "ForEach:StringLike", "StringLikeIfExist", "NullIfExists", "NumericLike", "ForAnyValue:", ""] {
            expectRefusal(of: Self.policy(["Condition": #"{"\#(name)": {"s3:prefix": "a"}}"#]), "Invalid Condition type : \(name)")
        }
        let bad: [(String, String)] = [
            (#""text""#, "Invalid policy syntax."), ("[]", "Invalid policy syntax."), ("null", "Invalid policy syntax."),
            (#"{"StringLike": "a"}"#, "Invalid policy syntax."), (#"{"StringLike": ["a"]}"#, "Invalid policy syntax."),
            (#"{"StringLike": {"prefix": "a"}}"#, "Policy has an invalid condition key"),
            (#"{"StringLike": {"s3:": "a"}}"#, "Policy has an invalid condition key"),
            (#"{"StringLike": {"s3:prefix": {"a": "b"}}}"#, "Invalid value in Condition StringLike of s3:prefix"),
            (#"{"StringLike": {"s3:prefix": ["a", null]}}"#, "Invalid value in Condition StringLike of s3:prefix"),
            (#"{"StringLike": {"s3:prefix": [["a"]]}}"#, "Invalid value in Condition StringLike of s3:prefix"),
            (#"{"Bool": {"aws:SecureTransport": "no"}}"#, "Invalid value in Condition Bool of aws:SecureTransport"),
            (#"{"NumericEquals": {"s3:max-keys": "ten"}}"#, "Invalid value in Condition NumericEquals of s3:max-keys"),
        ]
        for (condition, message) in bad { expectRefusal(of: Self.policy(["Condition": condition]), message) }
    }
}
