import API
import Domain
import Foundation
import Wire

/// The images of a Region, or of all of them.
struct ImagesPage: Page {
    static let path = "{region}/images"

    /// As EC2's console calls them.
    private enum Kind: String, CaseIterable {
        case owned, `private`, `public`, shared, disabled, deprecated

        var title: String {
            switch self {
            case .owned: "Owned by me"
            case .private: "Private images"
            case .public: "Public images"
            case .shared: "Shared with me"
            case .disabled: "Disabled images"
            case .deprecated: "Deprecated images"
            }
        }

        var parameters: [(String, String)] {
            switch self {
            // EC2 has no filter for them: what is listed is looked through.
            case .owned, .deprecated: [("Owner.1", "self")]
            case .private: [("Owner.1", "self"), ("Filter.1.Name", "is-public"), ("Filter.1.Value.1", "false")]
            case .public: [("Filter.1.Name", "is-public"), ("Filter.1.Value.1", "true")]
            case .shared: [("ExecutableBy.1", "self")]
            case .disabled:
                [("Owner.1", "self"), ("IncludeDisabled", "true"), ("Filter.1.Name", "state"), ("Filter.1.Value.1", "disabled")]
            }
        }
    }

    private enum Order: String, CaseIterable {
        case created, name, state, region

        func precedes(_ left: ImageOnPage, _ right: ImageOnPage) -> Bool {
            switch self {
            case .created: (right.createdAt, left.id) < (left.createdAt, right.id)
            case .name: (left.name, left.id) < (right.name, right.id)
            case .state: (left.state, left.id) < (right.state, right.id)
            case .region: (left.region, left.name, left.id) < (right.region, right.name, right.id)
            }
        }
    }

    /// What is sorted as a whole: of more, a page at a time is shown in the order of the ids.
    private static let sortedMax = 200
    private static let pageSize = 50

    private let visit: Visit
    private let regions: [Region]
    private let kind: Kind
    private let order: Order
    private let search: String
    private let columns: [ImageColumn]

    init(_ visit: Visit) throws {
        self.visit = visit
        regions = try visit.regions()
        kind = Kind(rawValue: visit.query("show")) ?? .owned
        order = Order(rawValue: visit.query("sort")) ?? .created
        search = visit.query("search")
        columns = ImageColumn.chosen(visit.queries("column"))
    }

    private var path: String { Shown.place(visit.parameter("region"), "images") }

    func show() async throws -> View {
        var images: [ImageOnPage] = []
        var listing = RegionalListing()
        for region in regions {
            try await listing.read(region, "Listing the images of \(region)", next: { address(region.rawValue, next: $0) }) {
                let found = try await list(region)
                images += found.images
                return found.next
            }
        }
        let isSorted = listing.more.isEmpty && visit.query("next").isEmpty
        if isSorted { images.sort(by: order.precedes) }
        let account = visit.account
        var view = View(
            title: "Images",
            template: "images",
            values: [
                "path": path,
                "rows": images.map { row($0, for: account) },
                "isEmpty": images.isEmpty && listing.refusals.isEmpty,
                "isFiltered": kind != .owned || !search.isEmpty,
                "isLookedThrough": kind == .deprecated && !listing.more.isEmpty,
                "search": search,
                "kinds": Kind.allCases.map { ["value": $0.rawValue, "title": $0.title, "isCurrent": $0 == kind] as Values },
                "headings": columns.map { heading($0.title, by: order(of: $0), isSorted: isSorted) },
                "nameHeading": heading("Name", by: .name, isSorted: isSorted),
                "columns": ImageColumn.allCases.map {
                    ["name": $0.rawValue, "title": $0.title, "isChosen": columns.contains($0)] as Values
                },
                "areOtherColumns": columns != ImageColumn.usual,
                "sort": order == .created ? nil : order.rawValue,
                "upload": Shown.place((regions.count == 1 ? regions[0] : visit.console.regions[0]).rawValue, "upload"),
                "selected": Shown.place(Console.root + SelectedImagesPage.path, []),
                "first": visit.query("next").isEmpty ? nil : address(visit.parameter("region")),
            ]
        )
        view.live = ["image-rows"]
        view.isMoving = images.contains { $0.state == "pending" }
        listing.tell(on: &view)
        view.section = "images"
        view.region = visit.parameter("region")
        return view
    }

    private func list(_ region: Region) async throws -> (images: [ImageOnPage], next: String?) {
        var parameters = kind.parameters + filters
        if !parameters.contains(where: { $0.0 == "ImageId.1" }) {
            let next = visit.query("next")
            // One that is there to tell whether all can be sorted.
            parameters += next.isEmpty ? [("MaxResults", "\(Self.sortedMax)")] : [("MaxResults", "\(Self.pageSize)"), ("NextToken", next)]
        }
        do {
            let found = try await visit.ec2("DescribeImages", in: region, parameters)
            let images = found.items("imagesSet").map { ImageOnPage(node: $0, region: region.rawValue) }
            return (kind == .deprecated ? images.filter(\.isDeprecated) : images, found.text("nextToken"))
        } catch let refusal as CallRefusal where refusal.code.hasPrefix("InvalidAMIID") {
            return ([], nil)
        }
    }

    /// An id, a tag as `key=value`, or a part of a name.
    private var filters: [(String, String)] {
        let text = search.trimmingPrefix { $0 == " " }
        guard !text.isEmpty else { return [] }
        if text.hasPrefix("ami-") { return [("ImageId.1", String(text))] }
        if let equals = text.firstIndex(of: "="), equals != text.startIndex {
            return [("Filter.2.Name", "tag:\(text[..<equals])"), ("Filter.2.Value.1", String(text[text.index(after: equals)...]))]
        }
        return [("Filter.2.Name", "name"), ("Filter.2.Value.1", text.contains("*") ? String(text) : "*\(text)*")]
    }

    private func row(_ image: ImageOnPage, for account: String) -> Values {
        var row = image.row(for: account)
        row["cells"] = columns.map { $0.cell(of: image, row) }
        row["choice"] = SelectedImagesPage.choice(of: image)
        row["isOwn"] = image.owner == account
        return row
    }

    private func order(of column: ImageColumn) -> Order? {
        switch column {
        case .region: .region
        case .state: .state
        case .created: .created
        default: nil
        }
    }

    private func heading(_ title: String, by order: Order?, isSorted: Bool) -> Values {
        let place = order.map { Shown.place(path, shown + [("search", search), ("sort", $0.rawValue)] + ImageColumn.query(columns)) }
        return ["title": title, "href": place, "isCurrent": isSorted && order == self.order]
    }

    private var shown: [(String, String)] { [("show", kind == .owned ? "" : kind.rawValue)] }

    private func address(_ region: String, next: String = "") -> String {
        Shown.place(Shown.place(region, "images"), shown + [("search", search), ("next", next)] + ImageColumn.query(columns))
    }
}
