/// Who was copied from whom. An image has one source at most, so this is a forest, and each of its trees is a lineage.
struct PictureForest {
    /// An image, or an image that is missing and that copies name as their source.
    struct Node {
        let place: PictureSource
        let image: PictureImage?
        /// The number of its Region's lane.
        let lane: Int
        var source: Int?
        var copies: [Int] = []
        /// Copies of copies away from the first image.
        var column = 0
        /// The number of its lineage, in the order in which lineages stand.
        var lineage = 0
        /// Its place among all nodes of its column.
        var rank = 0
    }

    /// The Regions, from above.
    let lanes: [String]
    /// Images by lane, name and id; what is missing comes last.
    private(set) var nodes: [Node]

    init(_ images: [PictureImage], regions: [String]) {
        let unique = Dictionary(images.map { ($0.place, $0) }) { $1.isPreferred(to: $0) ? $1 : $0 }
        let missing = Set(unique.values.compactMap(\.source)).subtracting(unique.keys)
        lanes = Self.lanes(Set(unique.keys.map(\.region)).union(missing.map(\.region)), regions: regions)
        let laneNumbers = Dictionary(uniqueKeysWithValues: lanes.enumerated().map { ($1, $0) })
        func lane(_ place: PictureSource) -> Int { laneNumbers[place.region] ?? 0 }

        nodes = unique.values.map { Node(place: $0.place, image: $0, lane: lane($0.place)) }
            .sorted { ($0.lane, $0.image?.name ?? "", $0.place.id) < ($1.lane, $1.image?.name ?? "", $1.place.id) }
        nodes += missing.map { Node(place: $0, image: nil, lane: lane($0)) }.sorted { ($0.lane, $0.place.id) < ($1.lane, $1.place.id) }

        let numbers = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.place, $0) })
        for index in nodes.indices { nodes[index].source = nodes[index].image?.source.flatMap { numbers[$0] } }
        breakCycles()
        for (index, node) in nodes.enumerated() {
            if let source = node.source { nodes[source].copies.append(index) }
        }
        numberLineages()
        rank()
    }

    /// The Regions that are needed: those that the caller put in an order, then the others by name.
    private static func lanes(_ needed: Set<String>, regions: [String]) -> [String] {
        var left = needed
        return regions.filter { left.remove($0) != nil } + left.sorted()
    }

    /// Rows that name each other as sources have no first image. The oldest is taken for it, and its own source is not drawn.
    private mutating func breakCycles() {
        enum Visit { case never, onThisWalk, before }
        var visits = [Visit](repeating: .never, count: nodes.count)
        for start in nodes.indices {
            var walk: [Int] = []
            var next: Int? = start
            while let index = next, visits[index] == .never {
                visits[index] = .onThisWalk
                walk.append(index)
                next = nodes[index].source
            }
            if let index = next, visits[index] == .onThisWalk, let entry = walk.firstIndex(of: index) {
                let first = walk[entry...].min {
                    (nodes[$0].image?.createdAt ?? "", $0) < (nodes[$1].image?.createdAt ?? "", $1)
                }
                if let first { nodes[first].source = nil }
            }
            for index in walk { visits[index] = .before }
        }
    }

    /// Numbers lineages by the lane and the name of their first image, and columns from there. Images without source and copies come after all
    /// lineages with arrows, which are what the picture is for.
    private mutating func numberLineages() {
        /// What is missing has no name; it stands where the first of its copies would.
        func name(_ index: Int) -> String {
            nodes[index].image?.name ?? nodes[index].copies.compactMap { nodes[$0].image?.name }.min() ?? ""
        }
        let roots = nodes.indices.filter { nodes[$0].source == nil }.map {
            ($0, nodes[$0].copies.isEmpty ? 1 : 0, nodes[$0].lane, name($0))
        }
        .sorted { ($0.1, $0.2, $0.3, $0.0) < ($1.1, $1.2, $1.3, $1.0) }
        for (lineage, root) in roots.enumerated() {
            var next = [root.0]
            while let index = next.popLast() {
                nodes[index].lineage = lineage
                for copy in nodes[index].copies { nodes[copy].column = nodes[index].column + 1 }
                next += nodes[index].copies
            }
        }
    }

    /// Orders each column. A node has one source, so arrows into one lane cross least when copies stand as their sources do; copies of one source
    /// stand as their own copies' lanes do.
    private mutating func rank() {
        let columns = Dictionary(grouping: nodes.indices) { nodes[$0].column }
        for column in columns.keys.sorted() {
            let keys = (columns[column] ?? []).map { index -> (lineage: Int, lane: Int, source: Int, copies: Double, index: Int) in
                let node = nodes[index]
                let lanes = node.copies.map { nodes[$0].lane }
                let mean = lanes.isEmpty ? Double(node.lane) : Double(lanes.reduce(0, +)) / Double(lanes.count)
                return (node.lineage, node.lane, node.source.map { nodes[$0].rank } ?? 0, mean, index)
            }
            for (rank, key) in keys.sorted(by: <).enumerated() { nodes[key.index].rank = rank }
        }
    }
}
