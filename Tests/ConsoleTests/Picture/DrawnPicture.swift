import Foundation

#if canImport(FoundationXML)
import FoundationXML
#endif

/// What a reader of the SVG finds in it: boxes, lanes and arrows with their places. Knows nothing of how the picture was laid out.
final class DrawnPicture: NSObject, XMLParserDelegate {
    struct Box {
        enum Kind { case image, missing, chip }
        var kind: Kind
        var href: String?
        var left = 0
        var top = 0
        var width = 0
        var height = 0
        var title: String?
        /// Its texts in their order: the name first.
        var texts: [String] = []
        /// Where texts beside the box end, and what they say.
        var labels: [(end: Int, text: String)] = []
        var done: String?

        var right: Int { left + width }
        var bottom: Int { top + height }
        var middle: Int { top + height / 2 }

        func overlaps(_ other: Box) -> Bool { left < other.right && other.left < right && top < other.bottom && other.top < bottom }
    }

    struct Lane {
        var top: Int
        var height: Int
        var region = ""
        var bottom: Int { top + height }
    }

    struct Arrow: Hashable {
        var fromX: Int
        var fromY: Int
        var toX: Int
        var toY: Int
        /// Whether it never turns back, neither left nor up and down again.
        var isStraightforward: Bool
    }

    private(set) var width = 0
    private(set) var height = 0
    private(set) var boxes: [Box] = []
    private(set) var lanes: [Lane] = []
    private(set) var arrows: [Arrow] = []
    private(set) var elements: Set<String> = []
    private(set) var attributes: Set<String> = []
    private(set) var isWellFormed = false

    private var open: Box?
    private var text: String?
    private var textAttributes: [String: String] = [:]
    /// Corner and size of what `<use>` draws, by its id.
    private var shapes: [String: (x: Int, y: Int, width: Int, height: Int)] = [:]
    private var groupID: String?
    private var isInArrows = false

    init(_ svg: String) {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        isWellFormed = parser.parse()
    }

    var images: [Box] { boxes.filter { $0.kind == .image } }

    func box(_ href: String) -> Box? { images.first { $0.href == href } }

    func parser(
        _: XMLParser,
        didStartElement name: String,
        namespaceURI _: String?,
        qualifiedName _: String?,
        attributes: [String: String] = [:]
    ) {
        elements.insert(name)
        self.attributes.formUnion(attributes.keys)
        func number(_ key: String) -> Int { attributes[key].flatMap(Int.init) ?? 0 }
        let classes = attributes["class"]?.split(separator: " ") ?? []
        switch name {
        case "svg": (width, height) = (number("width"), number("height"))
        case "g":
            groupID = attributes["id"]
            isInArrows = classes == ["arrows"]
            if classes == ["gone"] { open = moved(Box(kind: .missing), attributes) }
        case "a": open = moved(Box(kind: classes.contains("chip") ? .chip : .image, href: attributes["href"]), attributes)
        case "rect":
            if classes == ["lane"] { lanes.append(Lane(top: number("y"), height: number("height"))) }
            if classes == ["picture-box"], let id = attributes["id"] ?? groupID {
                shapes[id] = (number("x"), number("y"), number("width"), number("height"))
            }
        case "use":
            if let id = attributes["href"]?.dropFirst(), let shape = shapes[String(id)] {
                open?.left += shape.x
                open?.top += shape.y
                open?.width = shape.width
                open?.height = shape.height
            } else if classes == ["done"] {
                open?.done = attributes["stroke-dasharray"]
            }
        case "path": if isInArrows { arrows.append(arrow(attributes["d"] ?? "")) }
        case "text": (text, textAttributes) = ("", attributes)
        case "title": text = ""
        default: break
        }
    }

    func parser(_: XMLParser, foundCharacters characters: String) { text?.unicodeScalars.append(contentsOf: characters.unicodeScalars) }

    func parser(_: XMLParser, didEndElement name: String, namespaceURI _: String?, qualifiedName _: String?) {
        switch name {
        case "title":
            open?.title = text
            text = nil
        case "text":
            if open == nil, !lanes.isEmpty { lanes[lanes.count - 1].region = text ?? "" }
            if let box = open, let x = textAttributes["x"].flatMap(Int.init), let text {
                open?.labels.append((box.left + 14 + x, text))
            } else if let text {
                open?.texts.append(text)
            }
            text = nil
        case "a": close()
        case "g":
            isInArrows = false
            groupID = nil
            if open?.kind == .missing { close() }
        default: break
        }
    }

    private func close() {
        if let open { boxes.append(open) }
        open = nil
    }

    private func moved(_ box: Box, _ attributes: [String: String]) -> Box {
        let numbers = attributes["transform"]?.split { !($0.isNumber || $0 == "-") }.compactMap { Int($0) } ?? []
        var box = box
        (box.left, box.top) = numbers.count == 2 ? (numbers[0], numbers[1]) : (-1, -1)
        return box
    }

    /// Follows a path of M, h, q, V and H.
    private func arrow(_ path: String) -> Arrow {
        var (x, y, start) = (0, 0, (0, 0))
        var (xs, ys): ([Int], [Int]) = ([], [])
        var rest = path[...]
        while let command = rest.popFirst() {
            let end = rest.firstIndex { $0.isLetter } ?? rest.endIndex
            let numbers = rest[..<end].split(separator: " ").compactMap { Int($0) }
            rest = rest[end...]
            switch (command, numbers.count) {
            case ("M", 2): (x, y, start) = (numbers[0], numbers[1], (numbers[0], numbers[1]))
            case ("h", 1): x += numbers[0]
            case ("q", 4): (x, y) = (x + numbers[2], y + numbers[3])
            case ("V", 1): y = numbers[0]
            case ("H", 1): x = numbers[0]
            default: (x, y) = (-1, -1)
            }
            xs.append(x)
            ys.append(y)
        }
        let isStraightforward = xs == xs.sorted() && (ys == ys.sorted() || ys == ys.sorted(by: >))
        return Arrow(fromX: start.0, fromY: start.1, toX: x, toY: y, isStraightforward: isStraightforward)
    }
}
