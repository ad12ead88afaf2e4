import Foundation
import Testing
import Wire

@Suite struct SignatureVectorTests {
    private static let signedAt = Date(timeIntervalSince1970: 1_795_376_072)

    @Test(arguments: SignatureVector.all)
    func isVerified(_ vector: SignatureVector) throws {
        let claim = try #require(try SignatureClaim(request: vector.request))
        #expect(claim.accessKeyID == SignatureVector.accessKeyID)
        #expect(claim.scope == CredentialScope(date: "20261122", region: vector.region, service: vector.service))
        #expect(claim.signature == vector.signature)
        #expect(claim.date == Self.signedAt)
        #expect(claim.isPresigned == vector.isPresigned)
        #expect(claim.sessionToken == vector.sessionToken)
        try claim.verify(
            request: vector.request,
            secretAccessKey: SignatureVector.secretAccessKey,
            payload: vector.payload,
            now: Self.signedAt
        )
    }

    @Test(arguments: SignatureVector.all.filter { !$0.isPresigned })
    func isSigned(_ vector: SignatureVector) throws {
        let given = ["x-amz-date", "x-amz-security-token", "x-amz-content-sha256"]
        var request = vector.request
        request.headers.removeAll { given.contains($0.name.lowercased()) || $0.name == "Authorization" }
        let isUnsigned = vector.headers.contains { $0.value == "UNSIGNED-PAYLOAD" }
        let signer = SigV4Signer(credential: vector.credential, region: vector.region, service: vector.service)
        let added = try signer.headers(for: request, payload: isUnsigned ? .unsigned : vector.payload, at: Self.signedAt)
        #expect(added.last?.value == vector.authorization)
        for header in added.dropLast() {
            let expected = vector.headers.first { $0.name.lowercased() == header.name }
            #expect(header.value == expected?.value, "\(header.name)")
        }
    }

    @Test(arguments: SignatureVector.all.filter(\.isPresigned))
    func isPresigned(_ vector: SignatureVector) throws {
        var request = vector.request
        let own = vector.query.split(separator: "&").filter { !$0.hasPrefix("X-Amz-") }
        request.query = own.joined(separator: "&")
        let expires = try #require(try SignatureClaim(request: vector.request)?.expiresSeconds)
        let signer = SigV4Signer(credential: vector.credential, region: vector.region, service: vector.service)
        let query = try signer.presignedQuery(for: request, payload: vector.payload, at: Self.signedAt, expiresSeconds: expires)
        #expect(query == vector.query)
    }

    @Test func pathsAreEncodedTwiceExceptForS3() throws {
        func path(_ path: String, service: String) throws -> String { CanonicalRequest.path(try RequestPath(path), service: service) }
        #expect(try path("", service: "ec2") == "/")
        #expect(try path("/", service: "ec2") == "/")
        #expect(try path("/a%20b/c~", service: "ebs") == "/a%2520b/c~")
        #expect(try path("/../..//x/./y/../z/", service: "ebs") == "/x/z/")
        #expect(try path("/a%20b//./c(d)/%2f", service: "s3") == "/a%20b//./c%28d%29/%2F")
    }

    @Test func queriesAreSortedByEncodedNameAndValue() throws {
        func query(_ query: String) throws -> String { CanonicalRequest.query(try RequestQuery(query.utf8)) }
        #expect(try query("") == "")
        #expect(try query("b&a=2&a=1&a=10&A=%7e&a%2Fb=+&&=x") == "=x&A=~&a=1&a=10&a=2&a%2Fb=%20&b=")
        #expect(try query("x=1;y=2&X-Amz-%53ignature=s") == "x=1%3By%3D2")
    }
}
