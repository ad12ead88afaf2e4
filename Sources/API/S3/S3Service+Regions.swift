import Domain
import Services
import Wire

/// The Region that a request of S3 acts in.
extension S3Service {
    /// What clients sign for that were told no Region. Where it is not served, it stands for all that are.
    static let standardRegion = "us-east-1"

    /// The Region of the signature. One for us-east-1 where that is not served, and one that names no Region, leads to the bucket wherever
    /// it is, so that clients and links work that know nothing of Regions.
    ///
    /// - Throws: `WrongRegion` when the Region is not served.
    static func region(of claim: RequestClaim, _ content: S3Content, by principal: Principal, on path: CallPath) async throws
        -> RegionStore
    {
        let deployment = path.deployment
        if let store = store(named: claim.region ?? "", in: deployment) { return store }
        guard let standard = store(named: standardRegion, in: deployment) ?? deployment.regions.min(by: { $0.key < $1.key })?.value else {
            throw S3Error(.serviceUnavailable, "This Ferry serves no Region")
        }
        let call = Call(principal: principal, store: standard, deployment: deployment, host: "")
        var region: Region?
        if let bucket = content.address.bucket { region = try await Buckets(call).region(of: bucket) }
        if let name = claim.region, name != standardRegion {
            throw WrongRegion(signed: name, expected: region?.rawValue ?? standardRegion, isPresigned: claim.isPresigned)
        }
        return region.flatMap { deployment.regions[$0] } ?? standard
    }

    private static func store(named name: String, in deployment: Deployment) -> RegionStore? {
        Region(rawValue: name).flatMap { deployment.regions[$0] }
    }
}

/// The request is signed for a Region that is not served here. Clients that are told the right one sign again.
struct WrongRegion: Error, CustomStringConvertible {
    let signed: String
    let expected: String
    let isPresigned: Bool

    var refusal: S3Error {
        let wrong = "the region '\(signed.prefix(64))' is wrong; expecting '\(expected)'"
        let region = S3Error.Detail(.region, expected)
        return isPresigned
            ? S3Error(.authorizationQueryParametersError, "Error parsing the X-Amz-Credential parameter; \(wrong)", details: [region])
            : S3Error(.authorizationHeaderMalformed, "The authorization header is malformed; \(wrong)", details: [region])
    }

    var description: String { refusal.description }
}
