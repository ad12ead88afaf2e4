import API
import Domain
import Wire

/// The picture: Regions, the images in them, the arrows from sources to copies, and the instances at each.
struct OverviewPage: Page {
    static let path = ""

    /// How many images the picture holds, of all Regions: one of more would be neither read nor quick to load.
    private static let max = 200

    private let visit: Visit
    private let search: String

    init(_ visit: Visit) throws {
        self.visit = visit
        search = visit.query("search")
    }

    func show() async throws -> View {
        var images: [PictureImage] = []
        var refusals: [CallRefusal] = []
        var cut: Set<String> = []
        let perRegion = Swift.max(20, Self.max / visit.console.regions.count)
        for region in visit.console.regions {
            do {
                let found = try await visit.ec2(
                    "DescribeImages",
                    in: region,
                    [("Owner.1", "self"), ("IncludeDisabled", "true"), ("MaxResults", "\(perRegion)")]
                )
                if !(found.text("nextToken") ?? "").isEmpty { cut.insert(region.rawValue) }
                images += try await pictured(found.items("imagesSet").map { ImageOnPage(node: $0, region: region.rawValue) }, in: region)
            } catch var refusal as CallRefusal {
                refusal.doing = "Looking at \(region)"
                refusals.append(refusal)
            }
        }
        // What is there and is not shown is not gone.
        let sources = Set(images.compactMap(\.source))
        var hidden = sources.filter { cut.contains($0.region) }
        if !search.isEmpty {
            hidden.formUnion(images.map { PictureSource(id: $0.id, region: $0.region) })
            images = Self.lineages(of: images, matching: search)
        }
        hidden.subtract(images.map { PictureSource(id: $0.id, region: $0.region) })
        let picture = Picture(images, regions: visit.console.regions.map(\.rawValue), hidden: hidden)
        var view = View(
            title: "Overview",
            template: "overview",
            values: [
                "path": Console.root, "search": search, "isFiltered": !search.isEmpty, "isCut": !cut.isEmpty, "max": perRegion,
                "isEmpty": images.isEmpty && refusals.isEmpty, "hasImages": !images.isEmpty,
                "svg": picture.svg,
                "rows": picture.rows.map(Self.row),
            ]
        )
        view.live = ["picture"]
        view.isMoving = images.contains { $0.state == "pending" }
        view.refusals = refusals
        view.section = "overview"
        return view
    }

    private func pictured(_ images: [ImageOnPage], in region: Region) async throws -> [PictureImage] {
        let reports = try await ImageCopyReport.of(images.filter { $0.source != nil }.map(\.id), in: region, visit)
        var instances: [String: [PictureImage.Instance]] = [:]
        do {
            let found = try await visit.ec2("DescribeInstances", in: region, [("MaxResults", "1000")])
            for instance in InstanceOnPage.all(in: found, region) where instance.state != "terminated" {
                instances[instance.imageID, default: []].append(
                    PictureImage.Instance(id: instance.id, name: Shown.name(instance.node), state: instance.state, href: instance.href)
                )
            }
        } catch let refusal as CallRefusal where refusal.status == 403 {
            // The picture is one of images: who may not see instances sees it without.
        }
        return images.map { image in
            let report = reports[image.id]
            return PictureImage(
                id: image.id,
                region: image.region,
                name: image.name,
                state: image.state,
                href: image.href,
                source: image.source.map { PictureSource(id: $0.id, region: $0.region) },
                createdAt: image.createdAt,
                instances: instances[image.id] ?? [],
                progress: image.state == "pending" ? report?.part : nil,
                moved: report?.moved
            )
        }
    }

    /// Those whose name or id has the text, with all that they come from and all that came of them.
    private static func lineages(of images: [PictureImage], matching text: String) -> [PictureImage] {
        let byID = Dictionary(images.map { ($0.id, $0) }) { first, _ in first }
        let copies = Dictionary(grouping: images) { $0.source?.id ?? "" }
        var kept: Set<String> = []
        var waiting = images.filter { $0.id == text || $0.name.lowercased().contains(text.lowercased()) }.map(\.id)
        while let id = waiting.popLast() {
            guard kept.insert(id).inserted else { continue }
            if let source = byID[id]?.source?.id, byID[source] != nil { waiting.append(source) }
            waiting += (copies[id] ?? []).map(\.id)
        }
        return images.filter { kept.contains($0.id) }
    }

    private static func row(_ row: PictureRow) -> Values {
        let (source, href): (String?, String?) =
            switch row.origin {
            case .none: (nil, nil)
            case .shown(let source, let name, let href): ("\(name.isEmpty ? source.id : name) in \(source.region)", href)
            case .hidden(let source): ("\(source.id) in \(source.region)", nil)
            case .gone(let source): ("\(source.id) in \(source.region), which is gone", nil)
            }
        return [
            "id": row.id, "name": row.name, "href": row.href, "region": row.region, "state": row.state, "source": source,
            "sourceHref": href,
            "moved": row.moved, "created": Shown.time(row.createdAt),
            "instances": row.instances.map { ["id": $0.id, "href": $0.href, "state": $0.state] as Values },
        ]
    }
}
