import Testing
import Wire

@Suite struct S3AddressTests {
    private static func address(_ path: String, host: String = "127.0.0.1:4566") throws -> S3Address {
        try S3Address(host: host, path: RequestPath(path), baseNames: ["localhost", "s3.ferry.test", "ferry.test"])
    }

    @Test(
        arguments: [
            ("/", nil, nil), ("", nil, nil), ("/b", "b", nil), ("/b/", "b", nil), ("/b/k", "b", "k"), ("/b/k/", "b", "k/"),
            ("/b//k", "b", "/k"),
            ("/b/a+b%20c%2Fd%2B", "b", "a+b c/d+"), ("/b/./../x", "b", "./../x"), ("/b/%C3%BC%e2%82%ac", "b", "ü€"),
        ] as [(String, String?, String?)]
    )
    func pathStyle(_ path: String, bucket: String?, key: String?) throws {
        let address = try Self.address(path)
        #expect(address.bucket == bucket)
        #expect(address.key == key)
        #expect(!address.isVirtualHost)
    }

    @Test(
        arguments: [
            ("b.localhost:4566", "b"), ("B.LocalHost", "b"), ("a.b.s3.ferry.test", "a.b"), ("x.ferry.test", "x"), ("s3.ferry.test", nil),
            ("localhost:1", nil), ("b.127.0.0.1", nil), ("10.0.0.1:80", nil), ("[::1]:80", nil), ("b.elsewhere", nil), (".localhost", nil),
            ("", nil),
        ] as [(String, String?)]
    )
    func virtualHostStyle(_ host: String, bucket: String?) throws {
        let address = try Self.address("/k/l", host: host)
        #expect(address.isVirtualHost == (bucket != nil))
        #expect(address.bucket == bucket ?? "k")
        #expect(address.key == (bucket == nil ? "l" : "k/l"))
    }

    @Test func keysHaveALimitInBytes() throws {
        let longest = String(repeating: "%C3%BC", count: 512)
        #expect(try Self.address("/b/\(longest)").key?.utf8.count == 1024)
        #expect(throws: S3Error.self) { try Self.address("/b/\(longest)x") }
    }

    @Test(arguments: ["/b/%", "/b/%2", "/b/%zz", "/b/%ff", "/%ff/k", "//k", "//"])
    func brokenPathsAreRefused(_ path: String) {
        #expect(throws: (any Error).self) { try Self.address(path) }
    }
}
