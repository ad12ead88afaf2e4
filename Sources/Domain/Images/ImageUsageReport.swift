import Foundation

/// Who uses an image, as it was at a time (docs/behaviour/image-life.md, "Who uses an image").
package struct ImageUsageReport: Sendable, Equatable {
    package static let lifetime: TimeInterval = 30 * 24 * 3_600
    package static let accountsMax = 200
    package static let defaultVersionDepth = 20

    /// A kind of things that use images, and which of them count.
    package struct ResourceKind: Hashable, Codable, Sendable {
        package let name: String
        package let versionDepth: Int?

        package init(name: String, versionDepth: Int?) {
            self.name = name
            self.versionDepth = versionDepth
        }
    }

    package let id: ImageUsageReportID
    package let account: AccountID
    package let image: ImageID
    package let kinds: [ResourceKind]
    /// Whose use counts; everybody's when empty.
    package let accounts: [AccountID]
    package let createdAt: Date
    package var tags: [Tag]

    package init(
        id: ImageUsageReportID,
        account: AccountID,
        image: ImageID,
        kinds: [ResourceKind],
        accounts: [AccountID],
        createdAt: Date,
        tags: [Tag]
    ) {
        self.id = id
        self.account = account
        self.image = image
        self.kinds = kinds
        self.accounts = accounts
        self.createdAt = createdAt
        self.tags = tags
    }

    package var expiresAt: Date { createdAt.addingTimeInterval(Self.lifetime) }
}

/// What a report has found: how many of a kind an account has that use the image.
package struct ImageUsageEntry: Sendable, Equatable {
    package static let instance = "ec2:Instance"
    package static let filterNames: Set<String> = ["account-id", "creation-time", "resource-type"]

    package let report: ImageUsageReportID
    package let image: ImageID
    package let account: AccountID
    package let kind: String
    package let count: Int
    /// When the report was made.
    package let createdAt: Date

    package init(report: ImageUsageReportID, image: ImageID, account: AccountID, kind: String, count: Int, createdAt: Date) {
        self.report = report
        self.image = image
        self.account = account
        self.kind = kind
        self.count = count
        self.createdAt = createdAt
    }

    /// Where it stands in a listing.
    package var place: String { "\(report)/\(account)" }

    package func texts(forFilter name: String) -> [String] {
        switch name {
        case "account-id": [account.rawValue]
        case "creation-time": [ISO8601.text(createdAt)]
        case "resource-type": [kind]
        default: []
        }
    }
}

/// The id of a usage report, as `amiur-0123456789abcdef0`.
package struct ImageUsageReportID: ResourceID, Codable {
    package static let prefix = "amiur"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}

extension ImageUsageReport: Filterable {
    package static let filterNames: Set<String> = ["creation-time", "image-id", "report-id", "state", "tag-key", "tag-value"]

    package func texts(forFilter name: String) -> [String]? {
        switch name {
        case "creation-time": [ISO8601.text(createdAt)]
        case "image-id": [image.rawValue]
        case "report-id": [id.rawValue]
        case "state": ["available"]
        default: Self.filterNames.contains(name) ? [] : nil
        }
    }
}
