/// Where everything stands, in whole pixels.
///
/// A Region is a lane, a generation of copies is a column. In a lane each lineage has a band of its own, and lineages have the same order in all
/// lanes. An arrow leads from one column to the next, so it stays in the gutter between them, where no node is: near its source it goes up or down
/// on the source's own track, then straight to the copy, and what it says stands at that stretch.
struct PictureLayout {
    enum Size {
        static let node = (width: 248, height: 46)
        static let chip = (width: 121, height: 20, gap: 6)
        static let chipsMax = 3
        static let gutter = 180
        static let tracks = 14...54
        static let corner = 8
        static let lanePadding = 16
        static let laneHeader = 34
        static let laneGap = 10
        static let nodeGap = 10
        static let bandGap = 21
    }

    struct Lane {
        let region: String
        let y: Int
        let height: Int
        let images: Int
    }

    struct Place {
        /// The node's index in the forest.
        let node: Int
        let x: Int
        let y: Int
    }

    struct Arrow {
        let from: (x: Int, y: Int)
        let to: (x: Int, y: Int)
        /// How far right of its source the arrow goes up or down.
        let track: Int
    }

    private(set) var lanes: [Lane] = []
    /// Nodes as one reads them: by lane, lineage, column, and from above.
    private(set) var places: [Place] = []
    private(set) var arrows: [Arrow] = []
    /// The lines between lineages of one lane.
    private(set) var rules: [Int] = []
    private(set) var width = 0
    private(set) var height = 0

    init(_ forest: PictureForest) {
        guard !forest.nodes.isEmpty else { return }
        let nodes = forest.nodes
        let order = nodes.indices.map { (nodes[$0].lane, nodes[$0].lineage, nodes[$0].column, nodes[$0].rank, $0) }.sorted(by: <).map(\.4)
        var next = order[...]
        for (lane, region) in forest.lanes.enumerated() {
            let members = next.prefix { nodes[$0].lane == lane }
            next = next[members.endIndex...]
            stack(members, region: region, forest: forest)
        }
        let columns = (nodes.lazy.map(\.column).max() ?? 0) + 1
        width = 2 * Size.lanePadding + columns * Size.node.width + (columns - 1) * Size.gutter
        height -= Size.laneGap
        draw(forest)
    }

    /// How high a node is with its chips.
    static func height(of node: PictureForest.Node) -> Int {
        let instances = node.image?.instances.count ?? 0
        let chips = min(instances, Size.chipsMax + 1)
        return Size.node.height + (chips + 1) / 2 * (Size.chip.height + Size.chip.gap)
    }

    /// Puts a lane below what there is, and into it one band for each lineage.
    private mutating func stack(_ members: ArraySlice<Int>, region: String, forest: PictureForest) {
        var bandTop = height + Size.laneHeader
        var bottom = bandTop
        var columnBottom = bandTop
        var previous: PictureForest.Node?
        for index in members {
            let node = forest.nodes[index]
            if let previous, previous.lineage != node.lineage {
                rules.append(bottom + Size.bandGap / 2)
                bandTop = bottom + Size.bandGap
                columnBottom = bandTop
            } else if let previous, previous.column == node.column {
                columnBottom += Size.nodeGap
            } else {
                columnBottom = bandTop
            }
            places.append(Place(node: index, x: Size.lanePadding + node.column * (Size.node.width + Size.gutter), y: columnBottom))
            columnBottom += Self.height(of: node)
            bottom = max(bottom, columnBottom)
            previous = node
        }
        let end = bottom + Size.lanePadding
        lanes.append(Lane(region: region, y: height, height: end - height, images: members.count { forest.nodes[$0].image != nil }))
        height = end + Size.laneGap
    }

    /// Gives each source that has copies a track. Most arrows lead down, as the first lane is home; those of upper sources then cross no others
    /// if their tracks are farther right.
    private mutating func draw(_ forest: PictureForest) {
        let placeOfNode = Dictionary(uniqueKeysWithValues: places.map { ($0.node, $0) })
        let sources = Dictionary(grouping: places.filter { !forest.nodes[$0.node].copies.isEmpty }) { $0.x }
        for x in sources.keys.sorted() {
            let inColumn = (sources[x] ?? []).sorted { $0.y < $1.y }
            for (position, source) in inColumn.enumerated() {
                let room = Size.tracks.upperBound - Size.tracks.lowerBound
                let track = Size.tracks.upperBound - room * (2 * position + 1) / (2 * inColumn.count)
                for copy in forest.nodes[source.node].copies.compactMap({ placeOfNode[$0] }).sorted(by: { $0.y < $1.y }) {
                    arrows.append(
                        Arrow(
                            from: (source.x + Size.node.width, source.y + Size.node.height / 2),
                            to: (copy.x, copy.y + Size.node.height / 2),
                            track: track
                        )
                    )
                }
            }
        }
    }
}
