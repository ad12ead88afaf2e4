import Domain
import HTTPTypes
import Services
import Wire

/// S3: REST-XML, path and virtual-host style (docs/behaviour/s3.md, "Addresses").
enum S3Service: APIService {
    static let name = "s3"
    static let requestIDField = HTTPField.Name.requestID
    static let actions = Dictionary(uniqueKeysWithValues: (buckets + settings + objects + multipart).map { ($0.name, $0) })

    static func action(of request: IncomingRequest, _ content: S3Content, on path: CallPath) throws -> AskedAction<S3Request> {
        let query = try S3Query(request.target.query)
        let operation = try S3Operation(
            method: request.method.rawValue,
            address: content.address,
            query: query,
            hasCopySource: content.input.header("x-amz-copy-source") != nil
        )
        guard let action = actions[operation.rawValue] else {
            throw S3Error(
                .notImplemented,
                "A header or query you provided requests functionality that is not implemented: \(operation.rawValue)"
            )
        }
        let asked = S3Request(
            address: content.address,
            query: query,
            input: content.input,
            isForStandardRegion: content.isForStandardRegion,
            share: content.share,
            answers: path.answers
        )
        return AskedAction(type: action, input: asked)
    }

    static func unknownAccessKey(_ id: String) -> any Error { S3Error(.invalidAccessKeyID, details: [.init(.accessKeyID, id)]) }

    static func refused(_ session: SessionRefusal) -> any Error {
        switch session {
        case .invalid: S3Error(.invalidToken)
        case .expired: S3Error(.expiredToken)
        }
    }

    /// The names behind which a bucket may stand, as `depot.localhost` or `depot.s3.eu-west-1.amazonaws.com`.
    static func baseNames(of deployment: Deployment) -> Set<String> {
        var names: Set<String> = ["s3.amazonaws.com"]
        for region in deployment.regions.keys { names.insert("s3.\(region).amazonaws.com") }
        for host in ["localhost"] + deployment.hostNames {
            names.formUnion([host, "s3.\(host)"] + deployment.regions.keys.map { "s3.\($0).\(host)" })
        }
        return names
    }
}
