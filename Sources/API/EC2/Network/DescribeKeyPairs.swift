import Domain
import Services
import Wire

/// Lists the caller's key pairs.
struct DescribeKeyPairs: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeKeyPairs")]

    private let names: [String]
    private let ids: [String]
    private let includesPublicKey: Bool
    private let filters: [Filter]

    init(from query: QueryReader) throws(RequestError) {
        names = try query["KeyName"]
        ids = try query["KeyPairId"]
        includesPublicKey = try query["IncludePublicKey"] ?? false
        filters = try query.filters()
    }

    func run(in call: Call) async throws -> Answer {
        let pairs = try await KeyPairs(call).describe(names: names, ids: ids, filters: filters)
        return Answer(pairs: pairs, includesPublicKey: includesPublicKey)
    }

    struct Answer: XMLEncodable {
        let pairs: [KeyPair]
        let includesPublicKey: Bool

        func write(to xml: inout XMLWriter) {
            xml.list("keySet", pairs) { xml, pair in
                xml.element("keyPairId", pair.id.rawValue)
                xml.element("keyType", pair.kind.rawValue)
                TagSet(tags: pair.tags).write(to: &xml)
                if includesPublicKey { xml.element("publicKey", pair.authorizedKey) }
                xml.element("createTime", pair.createdAt)
                xml.element("keyName", pair.name)
                xml.element("keyFingerprint", pair.fingerprint)
            }
        }
    }
}
