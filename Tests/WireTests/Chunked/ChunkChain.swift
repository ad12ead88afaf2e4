import Testing
import Wire

/// Chains of chunk signatures behind a made-up request.
enum ChunkChain {
    /// The credential, day and Region of the examples in the S3 API reference.
    static func documented(seed: String) throws -> ChunkSignatures {
        let scope = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"
        let request = SentRequest(
            method: "PUT",
            path: "/examplebucket/chunkObject.txt",
            query: "",
            headers: [
                ("host", "s3.amazonaws.com"), ("x-amz-date", "20130524T000000Z"),
                ("authorization", "AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=host;x-amz-date, Signature=\(seed)"),
            ]
        )
        let claim = try #require(try SignatureClaim(request: request))
        return ChunkSignatures(following: claim, secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    }

    static func any(for mode: StreamingMode) throws -> ChunkSignatures? {
        mode.isSigned ? try documented(seed: String(repeating: "0f", count: 32)) : nil
    }
}
