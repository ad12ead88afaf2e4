import Domain
import TestSupport
import Testing

@Suite struct AccountIDTests {
    @Test(arguments: ["123456789012", "000000000000", "999999999999"])
    func takesTwelveDigits(_ text: String) throws {
        #expect(try #require(AccountID(rawValue: text)).rawValue == text)
    }

    @Test(arguments: ["", "12345678901", "1234567890123", "12345678901a", "-12345678901", " 12345678901", "１２３４", "1234-5678-90", "self"])
    func refusesAnythingElse(_ text: String) {
        #expect(AccountID(rawValue: text) == nil)
    }

    @Test func randomAccountsAreWellFormed() {
        var seen = Set<AccountID>()
        for _ in 0..<1000 {
            let account = AccountID.random()
            #expect(AccountID(rawValue: account.rawValue) == account)
            seen.insert(account)
        }
        #expect(seen.count == 1000)
    }

    @Test func aPrincipalIsTheRootOfItsAccount() {
        let principal = Principal(account: known("123456789012"), accessKeyID: "AKIAEXAMPLE")
        #expect(principal.arn(in: "aws-cn") == "arn:aws-cn:iam::123456789012:root")
    }
}
