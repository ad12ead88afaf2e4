import Domain
import Foundation
import Metadata

/// Reports of who uses an image, on behalf of one caller in one Region.
///
/// A report counts instances; launch templates, which Ferry has not, are none. So a report is whole as soon as it is asked for.
package struct ImageUsageReports: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }

    package struct Query: Sendable {
        package var images: [String] = []
        package var reports: [String] = []
        package var filters: [Filter] = []
        package var page = PageRequest()

        package init() {}
    }

    package struct Request: Sendable {
        package var image: String
        package var kinds: [ImageUsageReport.ResourceKind]
        package var accounts: [AccountID]
        package var tags: [Tag]
        package var clientToken: ClientToken?

        package init(
            image: String,
            kinds: [ImageUsageReport.ResourceKind],
            accounts: [AccountID],
            tags: [Tag],
            clientToken: ClientToken?
        ) {
            self.image = image
            self.kinds = kinds
            self.accounts = accounts
            self.tags = tags
            self.clientToken = clientToken
        }
    }

    package func create(_ request: Request) async throws -> ImageUsageReportID {
        try TagRules.check(request.tags)
        guard request.accounts.count <= ImageUsageReport.accountsMax else {
            throw Fault(.invalidParameterValue, "At most \(ImageUsageReport.accountsMax) accounts can be named")
        }
        let image = try Images.id(request.image)
        let (account, now, viewer) = (call.account, call.now, try await call.viewer())
        let max = try await call.quota(.imageUsageReports)
        return try await call.once(
            RepeatableAction(name: "CreateImageUsageReport"),
            with: request.clientToken,
            find: { id, _ in try Self.id(id) },
            check: {},
            make: { _, transaction in
                _ = try Images.own(image, of: viewer, at: call.now, in: transaction)
                let table = ImageUsageReportTable(transaction)
                guard try table.count(of: account, at: now) < max else {
                    throw Fault(.resourceLimitExceeded, "You have reached your quota of \(max) image usage reports")
                }
                let report = ImageUsageReport(
                    id: .random(),
                    account: account,
                    image: image,
                    kinds: request.kinds,
                    accounts: request.accounts,
                    createdAt: now,
                    tags: request.tags
                )
                try table.insert(report)
                try Self.count(for: report, in: transaction)
                try TagTable(transaction).set(report.tags, on: .imageUsageReport(report.id), by: account)
                return (report.id.rawValue, report.id)
            }
        )
    }

    /// The caller's reports that match, ordered by id.
    package func describe(_ query: Query) async throws -> Page<ImageUsageReport> {
        try FilterRules.check(query.filters, names: ImageUsageReport.filterNames)
        let images = Set(try query.images.map(Images.id))
        let (account, now, database) = (call.account, call.now, call.store.database)
        if !query.reports.isEmpty {
            let ids = try query.reports.map(Self.id)
            let found = try await database.read { transaction in
                try ids.map { id in
                    let report = try Self.own(id, of: account, in: transaction)
                    guard report.expiresAt > now else { throw Self.notFound(id.rawValue) }
                    return report
                }
            }
            return Page(elements: try found.filter { try Self.matches($0, images, query.filters) }, nextToken: nil)
        }
        return try await query.page.collect(
            token: call.pageToken(for: "DescribeImageUsageReports"),
            place: \.id.rawValue,
            batch: { after, limit in
                try await database.read { try ImageUsageReportTable($0).page(of: account, after: after, at: now, limit: limit) }
            },
            where: { try Self.matches($0, images, query.filters) }
        )
    }

    /// Counts the instances that a report is about.
    private static func count(for report: ImageUsageReport, in transaction: Transaction) throws {
        guard report.kinds.contains(where: { $0.name == ImageUsageEntry.instance }) else { return }
        for (account, count) in try InstanceTable(transaction).counts(of: report.image)
        where report.accounts.isEmpty || report.accounts.contains(account) {
            try ImageUsageReportTable(transaction).insert(
                ImageUsageEntry(
                    report: report.id,
                    image: report.image,
                    account: account,
                    kind: ImageUsageEntry.instance,
                    count: count,
                    createdAt: report.createdAt
                )
            )
        }
    }

    /// What the caller's reports have found, of those that are named or of all, in the order of reports and accounts.
    package func entries(_ query: Query) async throws -> Page<ImageUsageEntry> {
        try FilterRules.check(query.filters, names: ImageUsageEntry.filterNames)
        let (images, reports) = (Set(try query.images.map(Images.id)), Set(try query.reports.map(Self.id)))
        let (account, now, database) = (call.account, call.now, call.store.database)
        try await database.read { transaction in
            for id in reports where try Self.own(id, of: account, in: transaction).expiresAt <= now { throw Self.notFound(id.rawValue) }
        }
        return try await query.page.collect(
            token: call.pageToken(for: "DescribeImageUsageReportEntries"),
            place: \.place,
            batch: { after, limit in
                let parts = after?.split(separator: "/").map(String.init)
                let place = parts.flatMap { $0.count == 2 ? (report: $0[0], account: $0[1]) : nil }
                return try await database.read { try ImageUsageReportTable($0).entries(of: account, after: place, at: now, limit: limit) }
            },
            where: { entry in
                (images.isEmpty || images.contains(entry.image)) && (reports.isEmpty || reports.contains(entry.report))
                    && query.filters.allSatisfy { $0.matches(anyOf: entry.texts(forFilter: $0.name)) }
            }
        )
    }

    package func delete(_ id: String) async throws {
        let id = try Self.id(id)
        let account = call.account
        try await call.commit { transaction in
            _ = try Self.own(id, of: account, in: transaction)
            try Self.remove(id, in: transaction)
        }
    }

    static func remove(_ id: ImageUsageReportID, in transaction: Transaction) throws {
        try TagTable(transaction).removeAll(from: .imageUsageReport(id))
        try ImageUsageReportTable(transaction).delete(id)
    }

    static func own(_ id: ImageUsageReportID, of account: AccountID, in transaction: Transaction) throws -> ImageUsageReport {
        guard let report = try ImageUsageReportTable(transaction).report(id), report.account == account else { throw notFound(id.rawValue) }
        return report
    }

    private static func matches(_ report: ImageUsageReport, _ images: Set<ImageID>, _ filters: [Filter]) throws -> Bool {
        try (images.isEmpty || images.contains(report.image)) && report.matches(filters)
    }

    private static func id(_ text: String) throws -> ImageUsageReportID {
        try ImageUsageReportID(given: text, orThrow: .invalidReportIDMalformed)
    }

    private static func notFound(_ id: String) -> Fault {
        Fault(.invalidReportIDNotFound, "The image usage report '\(id)' does not exist")
    }
}
