import Domain
import Services
import Wire

/// Asks for a report of who uses an image (docs/behaviour/image-life.md, "Who uses an image").
struct CreateImageUsageReport: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:CreateImageUsageReport") { [$1.image($0.imageID), $1.task("image-usage-report", "*")] },
        .tagging(\.tags),
    ]

    private static let kinds: Set<String> = ["ec2:Instance", "ec2:LaunchTemplate"]

    private let imageID: String
    private let users: [ImageUsers]
    private let accounts: [String]
    private let tags: [TagSpecification]
    private let clientToken: ClientToken?

    init(from query: QueryReader) throws(RequestError) {
        imageID = try query["ImageId"]
        users = try query["ResourceType"]
        guard !users.isEmpty else { throw .missing("ResourceType") }
        accounts = try query["AccountId"]
        tags = try query["TagSpecification"]
        clientToken = try query.clientToken()
    }

    func run(in call: Call) async throws -> Answer {
        for kind in users { try kind.check(among: Self.kinds) }
        let request = ImageUsageReports.Request(
            image: imageID,
            kinds: users.map { kind in
                let depth = kind.versionDepth ?? ImageUsageReport.defaultVersionDepth
                return ImageUsageReport.ResourceKind(name: kind.name, versionDepth: kind.name == "ec2:LaunchTemplate" ? depth : nil)
            },
            accounts: try accounts.map { text in
                guard let account = AccountID(rawValue: text) else {
                    throw Fault(
                        .invalidParameterValue,
                        "The account id '\(text.prefix(64))' is not valid: it has 12 digits"
                    )
                }
                return account
            },
            tags: try tags.tags(forKinds: ["image-usage-report"])["image-usage-report"] ?? [],
            clientToken: clientToken
        )
        return Answer(id: try await ImageUsageReports(call).create(request))
    }

    struct Answer: XMLEncodable {
        let id: ImageUsageReportID

        func write(to xml: inout XMLWriter) { xml.element("reportId", id.rawValue) }
    }
}

/// Lists reports.
struct DescribeImageUsageReports: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeImageUsageReports")]

    private let query: ImageUsageReports.Query

    init(from query: QueryReader) throws(RequestError) { self.query = try ImageUsageReports.Query(from: query) }

    func run(in call: Call) async throws -> Answer { Answer(page: try await ImageUsageReports(call).describe(query)) }

    struct Answer: XMLEncodable {
        let page: Page<ImageUsageReport>

        func write(to xml: inout XMLWriter) {
            xml.list("imageUsageReportSet", page.elements) { xml, report in
                xml.element("imageId", report.image.rawValue)
                xml.element("reportId", report.id.rawValue)
                xml.list("resourceTypeSet", report.kinds) { xml, kind in
                    xml.element("resourceType", kind.name)
                    xml.list("resourceTypeOptionSet", kind.versionDepth.map { [$0] } ?? []) { xml, depth in
                        xml.element("optionName", "version-depth")
                        xml.list("optionValueSet", ["\(depth)"])
                    }
                }
                xml.list("accountIdSet", report.accounts.map(\.rawValue))
                xml.element("state", "available")
                xml.element("creationTime", report.createdAt)
                xml.element("expirationTime", report.expiresAt)
                TagSet(tags: report.tags).write(to: &xml)
            }
            xml.element("nextToken", page.nextToken)
        }
    }
}

/// Lists what reports have found.
struct DescribeImageUsageReportEntries: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeImageUsageReportEntries")]

    private let query: ImageUsageReports.Query

    init(from query: QueryReader) throws(RequestError) { self.query = try ImageUsageReports.Query(from: query) }

    func run(in call: Call) async throws -> Answer { Answer(page: try await ImageUsageReports(call).entries(query)) }

    struct Answer: XMLEncodable {
        let page: Page<ImageUsageEntry>

        func write(to xml: inout XMLWriter) {
            xml.list("imageUsageReportEntrySet", page.elements) { xml, entry in
                xml.element("resourceType", entry.kind)
                xml.element("reportId", entry.report.rawValue)
                xml.element("usageCount", entry.count)
                xml.element("accountId", entry.account.rawValue)
                xml.element("imageId", entry.image.rawValue)
                xml.element("reportCreationTime", entry.createdAt)
            }
            xml.element("nextToken", page.nextToken)
        }
    }
}

/// Deletes a report.
struct DeleteImageUsageReport: EC2Action {
    static let permissions = [Permission<Self>("ec2:DeleteImageUsageReport") { [$1.task("image-usage-report", $0.reportID)] }]

    private let reportID: String

    init(from query: QueryReader) throws(RequestError) { reportID = try query["ReportId"] }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await ImageUsageReports(call).delete(reportID)
        return XMLReturnTrue()
    }
}

extension ImageUsageReports.Query {
    fileprivate init(from query: QueryReader) throws(RequestError) {
        self.init()
        images = try query["ImageId"]
        reports = try query["ReportId"]
        filters = try query.filters()
        page = try query.page(RecycleBin.sizes)
    }
}
