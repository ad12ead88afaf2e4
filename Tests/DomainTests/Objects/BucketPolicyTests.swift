import Domain
import Testing

@Suite struct BucketPolicyTests {
    private func isPublic(principal: String = #""Principal": "*""#, effect: String = "Allow", condition: String? = nil) throws -> Bool {
        let conditions = condition.map { #", "Condition": \#($0)"# } ?? ""
        let what = #""Action": "s3:GetObject", "Resource": "arn:aws:s3:::depot/*""#
        let document = Array(#"{"Statement": [{"Effect": "\#(effect)", \#(principal), \#(what)\#(conditions)}]}"#.utf8)
        return try BucketPolicy(parsing: document, for: "depot").isPublic
    }

    @Test func whoeverIsNamedDecides() throws {
        for principal in [
            #""Principal": "*""#, #""Principal": {"AWS": ["123456789012", "*"]}"#, #""NotPrincipal": {"AWS": "123456789012"}"#,
        ] {
            #expect(try isPublic(principal: principal), "\(principal)")
            #expect(try !isPublic(principal: principal, effect: "Deny"))
        }
        for principal in [#""Principal": {"AWS": "arn:aws:iam::123456789012:root"}"#, #""Principal": {"Service": "ec2.amazonaws.com"}"#] {
            #expect(try !isPublic(principal: principal), "\(principal)")
        }
    }

    @Test(arguments: [
        #"{"StringEquals": {"aws:SourceVpc": "vpc-1"}}"#, #"{"StringLike": {"AWS:PrincipalOrgID": ["o-1", "o-2"]}}"#,
        #"{"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"]}}"#,
        #"{"IpAddress": {"aws:SourceIp": ["::ffff:10.0.0.0/104", "::ffff:192.0.2.7", "::1", "::/97"]}}"#,
        #"{"Bool": {"aws:SecureTransport": true}, "ArnEquals": {"aws:SourceArn": "arn:aws:s3:::depot"}}"#,
    ])
    func aConditionThatTellsSomebodyKeepsOthersOut(_ condition: String) throws { #expect(try !isPublic(condition: condition)) }

    @Test(arguments: [
        #"{"Bool": {"aws:SecureTransport": "true"}}"#, #"{"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}"#,
        #"{"StringLike": {"aws:SourceVpc": "vpc-*"}}"#, #"{"StringEquals": {"aws:SourceVpc": ["vpc-1", "${aws:username}"]}}"#,
        #"{"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}"#, #"{"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "::/0"]}}"#,
        #"{"IpAddress": {"aws:SourceIp": "::ffff:0:0/96"}}"#, #"{"IpAddress": {"aws:SourceIp": "::ffff:0.0.0.0/97"}}"#,
        #"{"IpAddress": {"aws:SourceIp": "::ffff:10.0.0.0/103"}}"#, #"{"IpAddress": {"aws:SourceIp": "::/64"}}"#,
        #"{"IpAddress": {"aws:SourceIp": "::/32"}}"#, #"{"IpAddress": {"aws:SourceIp": "2001::/31"}}"#,
        #"{"StringEquals": {"s3:prefix": "open/"}}"#, #"{"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}"#,
        #"{"NumericLessThan": {"s3:max-keys": 7}}"#, #"{"StringEquals": {"aws:SourceVpc": []}}"#,
    ])
    func anyOtherConditionDoesNot(_ condition: String) throws { #expect(try isPublic(condition: condition)) }

    @Test func aConditionThatIsNoneIsMalformed() throws {
        for condition in [#""text""#, "[]", #"{"StringEquals": "x"}"#, #"{"StringEquals": {"aws:SourceVpc": {"a": 1}}}"#] {
            #expect(throws: Fault.self) { try isPublic(condition: condition) }
        }
    }
}
