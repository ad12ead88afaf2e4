import API
import Domain
import HTTPTypes
import NIOCore
import Wire

extension Visit {
    /// A call of S3.
    ///
    /// - Throws: `CallRefusal`
    @discardableResult
    func s3(
        _ method: HTTPRequest.Method,
        _ target: String,
        in region: Region? = nil,
        headers: HTTPFields = [:],
        body: ByteBuffer = ByteBuffer()
    ) async throws -> SignedInCalls.Answer {
        let answer = try await answer(.rest("s3", method, target, headers: headers, body: body), in: region)
        if answer.isRefusal { throw CallRefusal(s3: answer) }
        return answer
    }

    /// As `s3`, for an answer that is a document.
    func s3Document(_ target: String, in region: Region? = nil) async throws -> XMLNode {
        let answer = try await s3(.get, target, in: region)
        do throws(XMLError) {
            return try XMLNode(parsing: answer.body)
        } catch {
            throw UnreadableAnswer(call: "s3:\(target.prefix { $0 != "?" })", cause: error)
        }
    }

    var bucket: String { parameter("bucket") }

    /// The key in the query: in the path, browsers would take a key of dots for a way up.
    var key: String { query("key") }
}

/// How S3 is asked about a bucket and what is in it.
enum S3Target {
    static func bucket(_ bucket: String, _ query: [(String, String?)] = []) -> String { "/" + PercentEncoding.encode(bucket) + text(query) }

    static func object(_ key: String, in bucket: String, _ query: [(String, String?)] = []) -> String {
        "/\(PercentEncoding.encode(bucket))/\(PercentEncoding.encode(key))" + text(query)
    }

    private static func text(_ query: [(String, String?)]) -> String {
        let parts = query.map { name, value in value.map { "\(name)=\(PercentEncoding.encode($0))" } ?? name }
        return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
    }

    /// A key as listings have it that were asked for `encoding-type=url`: XML has no way to write every one.
    static func decoded(_ key: String?) -> String {
        guard let key, let query = try? RequestQuery("key=\(key)".utf8) else { return "" }
        return query.parameters.first?.value ?? ""
    }
}

/// Where the pages of a bucket and its objects are.
struct BucketPlaces {
    let region: String
    let bucket: String

    var href: String { Shown.place(region, "buckets", bucket) }
    var crumbs: [FormView.Link] { [.init(title: "Buckets", href: Shown.place("buckets")), .init(title: bucket, href: href)] }

    func folder(_ prefix: String, next: String = "") -> String { Shown.place(href, [("prefix", prefix), ("next", next)]) }

    func object(_ key: String, _ act: String = "object", version: String = "") -> String {
        Shown.place(Shown.place(region, "buckets", bucket, act), [("key", key), ("version", version)])
    }

    /// What an object lies in.
    static func folder(of key: String) -> String { key.lastIndex(of: "/").map { String(key[...$0]) } ?? "" }

    init(_ visit: Visit) throws { (region, bucket) = (try visit.region().rawValue, visit.bucket) }
}
