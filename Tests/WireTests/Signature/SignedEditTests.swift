import Foundation
import TestSupport
import Testing
import Wire

/// Signed requests, edited as anyone could who has a link or stands on the way: whatever still has a right signature is obeyed as the
/// same request.
@Suite struct SignedEditTests {
    @Test(arguments: SignedSample.Kind.allCases, [701, 702] as [UInt64])
    func whatIsStillSignedIsTheSameRequest(_ kind: SignedSample.Kind, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var stillSigned = 0
        for _ in 0..<100 {
            let original = try SignedSample.random(kind, using: &random)
            let meant = try original.obeyed()
            for _ in 0..<30 {
                var edited = original
                for _ in 0..<Int.random(in: 1...2, using: &random) { edited.edit(using: &random) }
                guard let obeyed = try? edited.obeyed() else { continue }
                stillSigned += 1
                #expect(obeyed == meant, "\(original.request) became \(edited.request)")
            }
        }
        #expect(stillSigned > 200, "an edit that never keeps the signature shows nothing")
    }

    /// Each was obeyed once though no signature covers it.
    @Test(arguments: [
        "version%49d=other", "%61cl", "%74agging", "prefix=secret", "max-keys=1", "list-type=2", "x-amz-meta-a%3Ab=c", "policyStatus",
        "response-content-type=a%26versionId%3Db",
    ])
    func whatVersionTwoDoesNotCoverIsRefused(_ added: String) throws {
        var sample = SignedSample.v2("GET", host: "localhost", path: "/depot/key", subresources: [], headers: [])
        _ = try sample.obeyed()
        sample.request.query += "&\(added)"
        #expect(throws: SignatureError.self) { try sample.obeyed() }
    }

    @Test func aHeaderInAQueryCannotHoldAnother() throws {
        let both = [("x-amz-acl", "private"), ("x-amz-meta-by", "me")]
        var sample = SignedSample.v2("PUT", host: "localhost", path: "/depot/key", subresources: [], headers: both)
        _ = try sample.obeyed()
        sample.request.query = sample.request.query
            .replacingOccurrences(of: "x-amz-acl=private&x-amz-meta-by=me", with: "x-amz-acl=private%0Ax-amz-meta-by%3Ame")
        #expect(throws: SignatureError.self) { try sample.obeyed() }
    }

    @Test func anActionOfKMSMustBeSigned() throws {
        var sample = try SignedSample.kms(action: nil)
        sample.request.headers.append(("X-Amz-Target", "TrentService.ScheduleKeyDeletion"))
        #expect(throws: SignatureError.unsignedHeader("x-amz-target")) { try sample.obeyed() }
    }

    @Test func blanksThatASignatureDoesNotCoverAreRefused() throws {
        var request = SentRequest(
            method: "PUT",
            path: "/depot/key",
            query: "",
            headers: [("Host", "localhost"), ("x-amz-copy-source", "depot/a b"), ("x-amz-meta-title", "two  blanks")]
        )
        let signer = SigV4Signer(credential: SignedSample.credential, region: "us-east-1", service: "s3")
        request.headers += try signer.headers(for: request, payload: .empty, at: SignedSample.now)
        #expect(try SignedSample(request: request, body: []).obeyed().contains("x-amz-meta-title: two blanks"))
        request.headers[1].value = "depot/a  b"
        #expect(throws: SignatureError.self) { try SignedSample(request: request, body: []).obeyed() }
    }
}
