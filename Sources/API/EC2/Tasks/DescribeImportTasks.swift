import Domain
import Services
import Wire

/// What the calls that describe tasks are asked for.
struct TaskQuery {
    let ids: [String]
    let filters: [Filter]
    let page: PageRequest

    /// - Parameters:
    ///   - ids: the name of the parameter that has the ids.
    ///   - filters: that of the filters, which imports have in the plural
    ///     (docs/behaviour/image-stores-and-import.md, "Import and export tasks").
    ///   - sizes: what `MaxResults` may be; EC2 publishes none for imports.
    init(
        from query: QueryReader,
        ids: String,
        filters: String = "Filter",
        sizes: ClosedRange<Int> = 1...1000
    ) throws(RequestError) {
        self.ids = try query[ids]
        self.filters = try query.filters(filters)
        page = try query.page(sizes)
    }

    func run(_ kind: JobWork.Kind, in call: Call) async throws -> Page<DescribedJob> {
        try await Jobs(call).describe(kind, ids: ids, filters: filters, page: page)
    }
}

/// A page of tasks.
struct TaskPage<Item: XMLEncodable>: XMLEncodable {
    let list: String
    let items: [Item]
    let nextToken: String?

    func write(to xml: inout XMLWriter) {
        xml.list(list, items)
        xml.element("nextToken", nextToken)
    }
}

/// Lists tasks of ImportSnapshot; those that ended are listed for 7 days.
struct DescribeImportSnapshotTasks: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeImportSnapshotTasks")]

    private let query: TaskQuery

    init(from query: QueryReader) throws(RequestError) { self.query = try TaskQuery(from: query, ids: "ImportTaskId", filters: "Filters") }

    func run(in call: Call) async throws -> TaskPage<SnapshotTaskItem> {
        let page = try await query.run(.snapshotImport, in: call)
        return TaskPage(list: "importSnapshotTaskSet", items: page.elements.map(SnapshotTaskItem.init), nextToken: page.nextToken)
    }
}

/// Lists tasks of ImportImage; those that ended are listed for 7 days.
struct DescribeImportImageTasks: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeImportImageTasks")]

    private let query: TaskQuery

    init(from query: QueryReader) throws(RequestError) { self.query = try TaskQuery(from: query, ids: "ImportTaskId", filters: "Filters") }

    func run(in call: Call) async throws -> TaskPage<ImageTaskItem> {
        let page = try await query.run(.imageImport, in: call)
        return TaskPage(list: "importImageTaskSet", items: page.elements.map(ImageTaskItem.init), nextToken: page.nextToken)
    }
}
