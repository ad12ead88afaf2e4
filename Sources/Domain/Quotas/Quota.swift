/// How much of something an account may have (docs/behaviour/quotas-and-throttling.md).
package struct Quota: Hashable, Sendable {
    /// A service as Service Quotas names it.
    package enum Service: String, CaseIterable, Sendable {
        case ebs, ec2, iam, kms, organizations, rbin, s3, vpc

        package var title: String {
            switch self {
            case .ebs: "Amazon Elastic Block Store (Amazon EBS)"
            case .ec2: "Amazon Elastic Compute Cloud (Amazon EC2)"
            case .iam: "AWS Identity and Access Management (IAM)"
            case .kms: "AWS Key Management Service (AWS KMS)"
            case .organizations: "AWS Organizations"
            case .rbin: "Recycle Bin"
            case .s3: "Amazon Simple Storage Service (Amazon S3)"
            case .vpc: "Amazon Virtual Private Cloud (Amazon VPC)"
            }
        }
    }

    /// What a value counts for.
    package enum Scope: Sendable {
        /// Each Region of an account by itself.
        case region
        /// The account as a whole, in all Regions.
        case account
    }

    package let service: Service
    /// The one that AWS publishes (`L-…`), or one of Ferry's own (`F-…`) where it publishes none.
    package let code: String
    package let name: String
    /// What is in force until an operator grants more or less.
    package let standard: Int
    /// The most that can be granted.
    package let ceiling: Int
    package let scope: Scope
    package let unit: String

    /// - Parameter ceiling: none for a quota that nobody can change.
    init(
        _ service: Service,
        _ code: String,
        _ name: String,
        _ standard: Int,
        upTo ceiling: Int? = nil,
        per scope: Scope = .region,
        unit: String = "None"
    ) {
        self.service = service
        self.code = code
        self.name = name
        self.standard = standard
        self.ceiling = ceiling ?? standard
        self.scope = scope
        self.unit = unit
    }

    package var isAdjustable: Bool { ceiling > standard }

    /// As the command line writes it: `ec2/L-B665C33B`.
    package var path: String { "\(service.rawValue)/\(code)" }

    /// - Parameter text: the code, with or without its service: `L-B665C33B`, `ec2/L-B665C33B`.
    package static func named(_ text: String) -> Quota? { all.first { $0.path == text || $0.code == text } }

    package static func of(_ service: Service) -> [Quota] { all.filter { $0.service == service }.sorted { $0.code < $1.code } }
}
