/// Writes the picture as SVG for a page whose policy allows no inline styles: classes only, which picture.css gives their looks.
///
/// Hundreds of nodes should stay light, so markup is terse. The origin of a node is where its name begins: in a link, a text without attributes
/// is the name, one with `y` stands below it, and one with `x` is the label at the arrow.
struct PictureRenderer {
    private typealias Size = PictureLayout.Size

    /// From a node's corner to the beginning of its name.
    private static let inset = (x: 14, y: 19)
    /// Where text of a node ends.
    private static let textWidth = Size.node.width - 2 * inset.x
    private static let idWidth = 139
    /// From a chip's corner to its text.
    private static let chipInset = (x: 8, y: 14)
    private static let titleScalarsMax = 300
    /// With more images, nodes whose name is not cut have no tooltip, as it would repeat what they show, and arrows have no time.
    private static let detailedMax = 200

    private let forest: PictureForest
    private let hidden: Set<PictureSource>
    private let isDetailed: Bool
    private var output = ""

    private init(forest: PictureForest, hidden: Set<PictureSource>) {
        self.forest = forest
        self.hidden = hidden
        isDetailed = forest.nodes.count <= Self.detailedMax
    }

    static func render(_ layout: PictureLayout, forest: PictureForest, hidden: Set<PictureSource>) -> String {
        guard !layout.places.isEmpty else { return "" }
        var renderer = PictureRenderer(forest: forest, hidden: hidden)
        renderer.output.reserveCapacity(layout.places.count * 384 + 2048)
        renderer.begin(layout)
        for lane in layout.lanes { renderer.write(lane, width: layout.width) }
        renderer.writeRules(layout)
        renderer.write(layout.arrows)
        for place in layout.places { renderer.write(place) }
        renderer.output += "</svg>"
        return renderer.output
    }

    /// No `role="img"`: that would hide the links inside from screen readers.
    private mutating func begin(_ layout: PictureLayout) {
        let images = layout.lanes.reduce(0) { $0 + $1.images }
        let size = Size.node
        output += """
            <svg xmlns="http://www.w3.org/2000/svg" class="picture" role="group" aria-labelledby="picture-title" \
            aria-describedby="picture-desc" aria-details="\(Picture.tableID)" viewBox="0 0 \(layout.width) \(layout.height)" \
            width="\(layout.width)" height="\(layout.height)"><title id="picture-title">Images and their copies</title>\
            <desc id="picture-desc">\(Self.count(images, "image")) in \(Self.count(layout.lanes.count, "Region")). \
            Each lane is a Region; an arrow leads from an image to its copy. Times are in UTC. The table with the picture says the same.</desc>\
            <defs><marker id="pa" class="picture-head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" \
            markerUnits="userSpaceOnUse" orient="auto"><path d="M0 .5 8 4 0 7.5z"/></marker>\
            <g id="pn"><rect class="picture-box" x="\(-Self.inset.x)" y="\(-Self.inset.y)" width="\(size.width)" height="\(size.height)" rx="7"/>\
            <rect class="picture-mark" x="\(5 - Self.inset.x)" y="\(7 - Self.inset.y)" width="3" height="\(size.height - 14)" rx="1.5"/></g>\
            <path id="pb" d="M0 23h\(Self.textWidth)" pathLength="100"/>\
            <rect id="pc" class="picture-box" x="\(-Self.chipInset.x)" y="\(-Self.chipInset.y)" width="\(Size.chip.width)" \
            height="\(Size.chip.height)" rx="10"/></defs>
            """
    }

    private mutating func write(_ lane: PictureLayout.Lane, width: Int) {
        output += #"<rect class="lane" y="\#(lane.y)" width="\#(width)" height="\#(lane.height)" rx="10"/>"#
        output += #"<text class="region" x="\#(Size.lanePadding)" y="\#(lane.y + 22)">"#
        output.appendEscaped(PictureText.cut(lane.region, room: 150, size: 13))
        output += #"<tspan dx="8">\#(Self.count(lane.images, "image"))</tspan></text>"#
    }

    private mutating func writeRules(_ layout: PictureLayout) {
        guard !layout.rules.isEmpty else { return }
        let length = layout.width - 2 * Size.lanePadding
        output += #"<path class="rule" d=""# + layout.rules.map { "M\(Size.lanePadding) \($0)h\(length)" }.joined() + #""/>"#
    }

    /// One group has the arrow head, and its paths inherit it. Half a pixel aside, lines one pixel wide are sharp, also where many lie on another.
    private mutating func write(_ arrows: [PictureLayout.Arrow]) {
        guard !arrows.isEmpty else { return }
        output += #"<g class="arrows" marker-end="url(#pa)" transform="translate(.5 .5)">"#
        for arrow in arrows {
            let down = arrow.to.y - arrow.from.y
            output += #"<path d="M\#(arrow.from.x) \#(arrow.from.y)"#
            if down != 0 {
                // Two corners must have room between the heights.
                let corner = min(Size.corner, abs(down) / 2)
                let after = down > 0 ? corner : -corner
                output += "h\(arrow.track - corner)q\(corner) 0 \(corner) \(after)V\(arrow.to.y - after)q0 \(after) \(corner) \(after)"
            }
            output += #"H\#(arrow.to.x)"/>"#
        }
        output += "</g>"
    }

    private mutating func write(_ place: PictureLayout.Place) {
        let node = forest.nodes[place.node]
        guard let image = node.image else { return writeMissing(node.place, at: place) }
        openLink(image.href, class: Self.classes[image.state] ?? "warn")
        // Scripts find the bar of a pending copy by the image's id: its `stroke-dasharray` is the percent.
        if image.percent != nil { attribute("data-image", image.id) }
        move(place.x + Self.inset.x, place.y + Self.inset.y)
        output += ">"
        let label = PictureText.cut(image.label, room: Self.textWidth, size: 13)
        if isDetailed || label != image.label { writeTitle(of: image) }
        output += ##"<use href="#pn"/><text>"##
        output.appendEscaped(label)
        output += #"</text><text y="16">"#
        output.appendEscaped(PictureText.cut(image.standing, room: Self.textWidth - Self.idWidth, size: 11))
        output += #"<tspan x="\#(Self.textWidth)">"#
        output.appendEscaped(PictureText.cut(image.id, room: Self.idWidth + 8, size: 11))
        output += "</tspan></text>"
        if let percent = image.percent {
            output += ##"<use class="bar" href="#pb"/><use class="done" href="#pb" stroke-dasharray="\##(percent) 101"/>"##
        }
        if node.source != nil { writeLabels(of: image) }
        output += "</a>"
        writeChips(of: image, at: place)
    }

    private mutating func writeTitle(of image: PictureImage) {
        output += "<title>"
        output.appendEscaped(PictureText.cut(image.label, scalars: Self.titleScalarsMax))
        output += "\n"
        output.appendEscaped(PictureText.cut(image.standing, scalars: Self.titleScalarsMax))
        output += "\n"
        output.appendEscaped(PictureText.cut(image.created, scalars: 40))
        output += "</title>"
    }

    /// What moved stands above the arrow's end, when below it. Both belong to the copy, which has no other arrow.
    private mutating func writeLabels(of image: PictureImage) {
        let (x, room) = (-Self.inset.x - 12, Size.gutter - Size.tracks.upperBound - Size.corner - 16)
        if let moved = image.moved {
            output += #"<text x="\#(x)">"#
            output.appendEscaped(PictureText.cut(moved, room: room, size: 11))
            output += "</text>"
        }
        if isDetailed {
            output += #"<text x="\#(x)" y="16">"#
            output.appendEscaped(PictureText.cut(image.created, room: room, size: 11))
            output += "</text>"
        }
    }

    /// A source that is not among the images still shows where its copies came from.
    private mutating func writeMissing(_ source: PictureSource, at place: PictureLayout.Place) {
        output += #"<g class="gone""#
        move(place.x + Self.inset.x, place.y + Self.inset.y)
        output += ##"><use href="#pn"/><text>"##
        output.appendEscaped(PictureText.cut(source.id, room: Self.textWidth, size: 13))
        output += #"</text><text y="16">"# + (hidden.contains(source) ? "is not shown" : "is gone") + "</text></g>"
    }

    private mutating func writeChips(of image: PictureImage, at place: PictureLayout.Place) {
        let instances = image.instancesInOrder
        for (position, instance) in instances.prefix(Size.chipsMax).enumerated() {
            openLink(instance.href, class: instance.state == "running" ? "chip on" : "chip")
            moveToChip(position, of: place)
            output += "><title>"
            if let name = instance.name, !name.isEmpty {
                output.appendEscaped(PictureText.cut(name, scalars: Self.titleScalarsMax))
                output += "\n"
            }
            output.appendEscaped(PictureText.cut(instance.id, scalars: Self.titleScalarsMax))
            output += "\n"
            output.appendEscaped(PictureText.cut(instance.state, scalars: Self.titleScalarsMax))
            output += ##"</title><use href="#pc"/><text>\##(Self.glyphs[instance.state] ?? "◐") "##
            let label = instance.name.flatMap { $0.isEmpty ? nil : $0 } ?? instance.id
            output.appendEscaped(PictureText.cut(label, room: Size.chip.width - 2 * Self.chipInset.x - 14, size: 11))
            output += "</text></a>"
        }
        let more = instances.count - Size.chipsMax
        guard more > 0 else { return }
        openLink(image.href, class: "chip")
        moveToChip(Size.chipsMax, of: place)
        output += ##"><title>\##(Self.count(more, "more instance")) of "##
        output.appendEscaped(PictureText.cut(image.label, scalars: Self.titleScalarsMax))
        output += ##"</title><use href="#pc"/><text>+\##(more) more</text></a>"##
    }

    private mutating func openLink(_ href: String, class name: String) {
        output += "<a"
        attribute("href", href)
        if !name.isEmpty { output += #" class="\#(name)""# }
    }

    private mutating func attribute(_ name: String, _ value: String) {
        output += #" \#(name)=""#
        output.appendEscaped(value)
        output += "\""
    }

    private mutating func move(_ x: Int, _ y: Int) { output += #" transform="translate(\#(x) \#(y))""# }

    private mutating func moveToChip(_ position: Int, of place: PictureLayout.Place) {
        let (size, gap) = ((width: Size.chip.width, height: Size.chip.height), Size.chip.gap)
        move(
            place.x + Self.chipInset.x + position % 2 * (size.width + gap),
            place.y + Size.node.height + gap + Self.chipInset.y + position / 2 * (size.height + gap)
        )
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// Colour only repeats what the state's word says. An available image needs none.
    private static let classes = [
        "available": "", "pending": "wait", "transient": "wait", "failed": "bad", "invalid": "bad", "error": "bad", "disabled": "off",
        "deprecated": "off", "deregistered": "off",
    ]

    /// A chip has no room for a word; its title has it. What is between two states is half full.
    private static let glyphs = ["running": "●", "stopped": "○", "terminated": "×"]
}
