import Client
import Testing

@Suite struct EndpointTests {
    @Test(arguments: [
        ("http://127.0.0.1:4566", "http://127.0.0.1:4566"), ("http://localhost:80/", "http://localhost"),
        ("HTTPS://Ferry.example:443/base/", "https://Ferry.example/base"), (" http://[::1]:9\n", "http://[::1]:9"),
    ])
    func urlsAreRead(text: String, expected: String) {
        #expect(EndpointURL(text)?.description == expected)
    }

    @Test(arguments: [
        "", "127.0.0.1:4566", "ftp://x", "http://", "http://a?b=c", "http://user:secret@host", "http://a:99999", "http://a#b",
    ])
    func whatIsNoServerIsRefused(text: String) {
        #expect(EndpointURL(text) == nil)
    }

    @Test func onlyThisMachineIsLoopback() {
        let answers = [
            "http://localhost", "http://127.9.9.9:1", "http://[::1]:1", "http://a.localhost", "http://10.0.0.1",
            "http://127.0.0.1.evil.example",
        ]
        .map { EndpointURL($0)?.isLoopback }
        #expect(answers == [true, true, true, true, false, false])
    }

    @Test func awsHasAHostForEachServiceAndRegion() {
        #expect(Endpoints.aws.url(of: .ec2, in: "eu-west-1").description == "https://ec2.eu-west-1.amazonaws.com")
        #expect(Endpoints.aws.url(of: .ebs, in: "cn-north-1").description == "https://ebs.cn-north-1.amazonaws.com.cn")
        #expect(Endpoints.aws.isAWS)
    }

    @Test func aServiceWithItsOwnURLKeepsIt() throws {
        let general = try #require(EndpointURL("http://a:1"))
        let own = try #require(EndpointURL("http://b:2"))
        let endpoints = Endpoints(everyService: general, perService: [.ebs: own])
        #expect(endpoints.url(of: .ebs, in: "x") == own)
        #expect(endpoints.url(of: .ec2, in: "x") == general)
        #expect(!endpoints.isAWS)
    }
}
