import Testing
import Wire

/// A signed request with the signature that two other implementations gave it.
///
/// Derived with a Python script of hashlib and hmac after the published description, and with botocore 1.43.11 (SigV4Auth,
/// S3SigV4Auth and their query forms) with its clock held at 2026-11-22T19:34:32Z; the two agreed on every vector.
struct SignatureVector: Sendable, CustomTestStringConvertible {
    let name: String
    let service: String
    let region: String
    let method: String
    let path: String
    let query: String
    let headers: [(name: String, value: String)]
    let authorization: String?
    let body: String
    let sessionToken: String?
    let signature: String

    var testDescription: String { name }
    var isPresigned: Bool { authorization == nil }

    var request: SentRequest {
        let signed = authorization.map { [(name: "Authorization", value: $0)] } ?? []
        return SentRequest(method: method, path: path, query: query, headers: headers + signed)
    }

    var payload: PayloadHash { .hashing(Array(body.utf8)) }

    static let accessKeyID = "AKIAFERRYTEST0000001"
    static let secretAccessKey = "f3rry/Secret+Key0123456789abcdefABCDEF00"

    var credential: Credential {
        Credential(accessKeyID: Self.accessKeyID, secretAccessKey: Self.secretAccessKey, sessionToken: sessionToken)
    }

    static let all = [
        SignatureVector(
            name: "ec2 form",
            service: "ec2",
            region: "eu-west-1",
            method: "POST",
            path: "/",
            query: "",
            headers: [
                ("Host", "127.0.0.1:4566"),
                ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
                ("X-Amz-Date", "20261122T193432Z"),
            ],
            authorization:
                "AWS4-HMAC-SHA256 Credential=AKIAFERRYTEST0000001/20261122/eu-west-1/ec2/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=1c0b8f40d24d552d724d25199582347446f2aeca6584e0b41cca576a393908f1",
            body: "Action=CopyImage&Version=2016-11-15&Name=golden+image&SourceImageId=ami-0123456789abcdef0&SourceRegion=us-east-1",
            sessionToken: nil,
            signature: "1c0b8f40d24d552d724d25199582347446f2aeca6584e0b41cca576a393908f1"
        ),
        SignatureVector(
            name: "sts with session token",
            service: "sts",
            region: "us-east-1",
            method: "POST",
            path: "/",
            query: "",
            headers: [
                ("Host", "sts.ferry.example"),
                ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
                ("X-Amz-Date", "20261122T193432Z"),
                ("X-Amz-Security-Token", "tok/en+=="),
            ],
            authorization:
                "AWS4-HMAC-SHA256 Credential=AKIAFERRYTEST0000001/20261122/us-east-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=52fe8c54eda627c72f0880567be8a30d6e098a41bda73b83da9e5efc6322b386",
            body: "Action=GetCallerIdentity&Version=2011-06-15",
            sessionToken: "tok/en+==",
            signature: "52fe8c54eda627c72f0880567be8a30d6e098a41bda73b83da9e5efc6322b386"
        ),
        SignatureVector(
            name: "ebs unsigned body",
            service: "ebs",
            region: "us-west-2",
            method: "PUT",
            path: "/snapshots/snap-0123456789abcdef0/blocks/17",
            query: "",
            headers: [
                ("Host", "127.0.0.1:4566"),
                ("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD"),
                ("x-amz-Data-Length", "524288"),
                ("x-amz-Checksum-Algorithm", "SHA256"),
                ("x-amz-Checksum", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
                ("X-Amz-Date", "20261122T193432Z"),
            ],
            authorization:
                "AWS4-HMAC-SHA256 Credential=AKIAFERRYTEST0000001/20261122/us-west-2/ebs/aws4_request, SignedHeaders=host;x-amz-checksum;x-amz-checksum-algorithm;x-amz-content-sha256;x-amz-data-length;x-amz-date, Signature=bbd3774171edfc4ba252d9d2bce256a7974fd49c5aa1e0a037550bbc6cfdb1e0",
            body: "not covered",
            sessionToken: nil,
            signature: "bbd3774171edfc4ba252d9d2bce256a7974fd49c5aa1e0a037550bbc6cfdb1e0"
        ),
        SignatureVector(
            name: "ebs query",
            service: "ebs",
            region: "us-west-2",
            method: "GET",
            path: "/snapshots/snap-0123456789abcdef0/blocks/0",
            query: "blockToken=AAA%2Bbb%2FccC%3D%3D",
            headers: [
                ("Host", "localhost:4566"),
                ("X-Amz-Date", "20261122T193432Z"),
            ],
            authorization:
                "AWS4-HMAC-SHA256 Credential=AKIAFERRYTEST0000001/20261122/us-west-2/ebs/aws4_request, SignedHeaders=host;x-amz-date, Signature=1aad358c8dd732e8f7a71e11ddc644c1a0dd4fd385cd1af192ffeb81252303c3",
            body: "",
            sessionToken: nil,
            signature: "1aad358c8dd732e8f7a71e11ddc644c1a0dd4fd385cd1af192ffeb81252303c3"
        ),
        SignatureVector(
            name: "path with escapes, dots and doubled slashes",
            service: "ebs",
            region: "us-east-1",
            method: "GET",
            path: "/a//b/./c/../d%20e/%C3%A9~x/",
            query: "",
            headers: [
                ("Host", "localhost"),
                ("X-Amz-Date", "20261122T193432Z"),
            ],
            authorization:
                "AWS4-HMAC-SHA256 Credential=AKIAFERRYTEST0000001/20261122/us-east-1/ebs/aws4_request, SignedHeaders=host;x-amz-date, Signature=4bb867898ac6e4409998ff447fb286ee38e87cf327aa75fd645d76d0f0a7e88a",
            body: "",
            sessionToken: nil,
            signature: "4bb867898ac6e4409998ff447fb286ee38e87cf327aa75fd645d76d0f0a7e88a"
        ),
        SignatureVector(
            name: "query out of order and without equals sign",
            service: "ec2",
            region: "us-east-1",
            method: "GET",
            path: "/",
            query: "b=2&a=x%20y&policy&b=1&A=3&a-b=4&a.b=5",
            headers: [
                ("Host", "localhost"),
                ("X-Amz-Date", "20261122T193432Z"),
            ],
            authorization:
                "AWS4-HMAC-SHA256 Credential=AKIAFERRYTEST0000001/20261122/us-east-1/ec2/aws4_request, SignedHeaders=host;x-amz-date, Signature=ebe21ac278a2a5662674c0a5f6b9e91215c9e562031808dc4a73fd0b7e4870b6",
            body: "",
            sessionToken: nil,
            signature: "ebe21ac278a2a5662674c0a5f6b9e91215c9e562031808dc4a73fd0b7e4870b6"
        ),
        SignatureVector(
            name: "headers with white space and several values",
            service: "ec2",
            region: "us-east-1",
            method: "GET",
            path: "/",
            query: "",
            headers: [
                ("Host", "localhost"),
                ("X-Amz-Meta-Note", "  two   words\t here "),
                ("X-Amz-Meta-List", "one"),
                ("X-Amz-Meta-List", "  two"),
                ("X-Amz-Date", "20261122T193432Z"),
            ],
            authorization:
                "AWS4-HMAC-SHA256 Credential=AKIAFERRYTEST0000001/20261122/us-east-1/ec2/aws4_request, SignedHeaders=host;x-amz-date;x-amz-meta-list;x-amz-meta-note, Signature=e10b952240ce771e3a2f6cdcabcd1a0ab782330d67ec9ef88331b560f9099106",
            body: "",
            sessionToken: nil,
            signature: "e10b952240ce771e3a2f6cdcabcd1a0ab782330d67ec9ef88331b560f9099106"
        ),
        SignatureVector(
            name: "s3 object",
            service: "s3",
            region: "eu-west-1",
            method: "PUT",
            path: "/bucket/a%20key/%C3%A9%2Bx.txt",
            query: "x-id=PutObject",
            headers: [
                ("Host", "localhost:4566"),
                ("X-Amz-Date", "20261122T193432Z"),
                ("X-Amz-Content-SHA256", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
            ],
            authorization:
                "AWS4-HMAC-SHA256 Credential=AKIAFERRYTEST0000001/20261122/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=02bbec833a709cfcb860bc7b8287c6be7045a11db9453d236f48534785987a7c",
            body: "hello",
            sessionToken: nil,
            signature: "02bbec833a709cfcb860bc7b8287c6be7045a11db9453d236f48534785987a7c"
        ),
        SignatureVector(
            name: "presigned ec2",
            service: "ec2",
            region: "us-east-1",
            method: "GET",
            path: "/",
            query:
                "Action=CopySnapshot&Description=two%20words&SourceRegion=us-east-1&SourceSnapshotId=snap-0123456789abcdef0&Version=2016-11-15&DestinationRegion=eu-west-1&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAFERRYTEST0000001%2F20261122%2Fus-east-1%2Fec2%2Faws4_request&X-Amz-Date=20261122T193432Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=8d66f15e20a34acc4e90dbd020e4402cf084d928862973ba3320ac461ccb4d1f",
            headers: [
                ("Host", "127.0.0.1:4566")
            ],
            authorization: nil,
            body: "",
            sessionToken: nil,
            signature: "8d66f15e20a34acc4e90dbd020e4402cf084d928862973ba3320ac461ccb4d1f"
        ),
        SignatureVector(
            name: "presigned s3 with session token",
            service: "s3",
            region: "eu-west-1",
            method: "GET",
            path: "/a%20key",
            query:
                "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAFERRYTEST0000001%2F20261122%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261122T193432Z&X-Amz-Expires=604800&X-Amz-SignedHeaders=host&X-Amz-Security-Token=tok%2Fen%2B%3D%3D&X-Amz-Signature=069643dfc63ba4244d487a046ca402e3578a087a43f02b888d094e611ffb85a0",
            headers: [
                ("Host", "bucket.ferry.example")
            ],
            authorization: nil,
            body: "",
            sessionToken: "tok/en+==",
            signature: "069643dfc63ba4244d487a046ca402e3578a087a43f02b888d094e611ffb85a0"
        ),
    ]
}
