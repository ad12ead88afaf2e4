import Domain
import Services
import Wire

/// Where a new bucket is to be: by its location constraint, and by the Region that the request is signed for.
///
/// In a request for us-east-1 the constraint may name any Region, in one for another Region only that one.
struct BucketPlace {
    let store: RegionStore
    /// The constraint, where it is another name of the Region, to be given back by GetBucketLocation.
    let alias: String?
    /// Whether the bucket is one of us-east-1, as all were when there was no other Region.
    let isStandard: Bool

    /// - Throws: `S3Error` `InvalidLocationConstraint`, `IllegalLocationConstraintException`.
    init(constraint: String?, of call: S3Call) throws {
        guard let constraint else {
            guard call.request.isForStandardRegion else { throw Self.incompatible("unspecified") }
            store = call.call.store
            alias = nil
            isStandard = true
            return
        }
        let name = Self.aliases[constraint] ?? constraint
        // us-east-1 has no name here: it is where a bucket without a constraint is.
        guard name != S3Service.standardRegion, let region = Region(rawValue: name), let store = call.call.deployment.regions[region] else {
            throw S3Error(
                .invalidLocationConstraint,
                details: [.init(.locationConstraint, constraint)]
            )
        }
        guard call.request.isForStandardRegion || region == call.call.region else { throw Self.incompatible(constraint) }
        self.store = store
        alias = name == constraint ? nil : constraint
        isStandard = false
    }

    private static let aliases = ["EU": "eu-west-1"]

    private static func incompatible(_ constraint: String) -> S3Error {
        S3Error(
            .illegalLocationConstraint,
            "The \(constraint) location constraint is incompatible for the region specific endpoint this request was sent to."
        )
    }
}
