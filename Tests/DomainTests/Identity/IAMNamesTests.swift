import Domain
import Testing

@Suite struct IAMNamesTests {
    @Test(arguments: [
        "arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::123456789012:policy/things",
        "arn:aws:iam::123456789012:policy/a/b/things",
    ])
    func theNameOfAPolicyIsReadAndWritten(_ text: String) throws {
        let arn = try #require(ManagedPolicyARN(text, in: "aws"))
        #expect(arn.rawValue == text && arn.text(in: "aws") == text)
        #expect(ManagedPolicyARN(arn.text(in: "aws-cn"), in: "aws-cn") == arn)
        #expect(ManagedPolicyARN(text, in: "aws-cn") == nil)
        #expect(arn.path.hasPrefix("/") && arn.path.hasSuffix("/"))
    }

    @Test(arguments: [
        "", "AdministratorAccess", "arn:aws:iam::aws:policy", "arn:aws:iam::aws:policy/", "arn:aws:iam::aws:role/a",
        "arn:aws:iam:us-east-1:aws:policy/a",
        "arn:aws:s3::aws:policy/a", "arn:aws:iam::12345:policy/a", "arn:aws:iam::aws:xpolicy/a",
    ])
    func whatIsNoNameOfAPolicyIsNone(_ text: String) { #expect(ManagedPolicyARN(text, in: "aws") == nil) }

    @Test(arguments: [
        ("https://token.actions.githubusercontent.com", "token.actions.githubusercontent.com"),
        ("https://a.example.com/x/", "a.example.com/x/"),
        ("https://a.example.com/~x_%20", "a.example.com/~x_%20"),
    ])
    func theURLOfAProviderLosesItsScheme(_ text: String, _ url: String) { #expect(OpenIDProvider.url(of: text) == url) }

    @Test(arguments: [
        "http://a.example.com", "a.example.com", "https://", "https:///x", "https://a:443/", "https://a.example.com/?x", "https://a b/",
    ])
    func whatIsNoURLOfAProviderIsNone(_ text: String) { #expect(OpenIDProvider.url(of: text) == nil) }
}
