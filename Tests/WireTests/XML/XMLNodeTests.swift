import TestSupport
import Testing
import Wire

private func parsed(_ text: String, limits: XMLLimits = .standard) throws -> XMLNode {
    try XMLNode(parsing: Array(text.utf8), limits: limits)
}

@Suite struct XMLNodeTests {
    @Test func readsAnAnswer() throws {
        let node = try parsed(
            """
            \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
            <!-- an answer -->
            <R xmlns="urn:x" a = 'b>c'>
                <requestId>r-1</requestId>
                <set><item><id>1</id></item><item><id>2</id></item><other/></set>
                <empty></empty><p:name>x</p:name>
            </R>
            <!-- end -->
            """
        )
        #expect(node.name == "R")
        #expect(node.attributes == ["xmlns": "urn:x", "a": "b>c"])
        #expect(node.text == "")
        #expect(node.text("requestId") == "r-1")
        #expect(node.items("set").map { $0.text("id") } == ["1", "2"])
        #expect(node["set"]?.children.count == 3)
        #expect(node.text("empty") == "")
        #expect(node.text("absent") == nil)
        #expect(node.items("absent").isEmpty)
        #expect(node["p:name"]?.text == "x")
        #expect(node.children("set").count == 1)
    }

    @Test func tellsWhereAnElementStands() throws {
        let text = "\u{FEFF}<?xml version='1.0'?>\n<r ><a>1<b x='&amp;&#x41;'/></a ><!-- --> <c/></r>\n"
        let node = try parsed(text)
        func source(_ node: XMLNode?) -> String? { node.map { String(decoding: Array(text.utf8)[$0.source], as: UTF8.self) } }
        #expect(source(node["a"]) == "<a>1<b x='&amp;&#x41;'/></a >")
        #expect(source(node["a"]?["b"]) == "<b x='&amp;&#x41;'/>")
        #expect(node["a"]?["b"]?.attributes == ["x": "&A"])
        #expect(source(node["c"]) == "<c/>")
        #expect(source(node)?.hasPrefix("<r >") == true)
        #expect(source(node)?.hasSuffix("</r>") == true)
    }

    @Test func readsReferencesAndCDATA() throws {
        let node = try parsed("<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;&#x1F600;<![CDATA[<raw & ]] >]]> \r\n\r x</a>")
        #expect(node.text == "<&>\"'AB😀<raw & ]] > \n\n x")
    }

    @Test(arguments: [
        "", " ", "x", "<a>", "<a></b>", "<a></a><b></b>", "<a/>x", "</a>", "<a><b></a></b>", "<a b></a>", "<a b=c/>", "<a b='1'c='2'/>",
        "<a b='1' b='2'/>", "<a b='&x;'/>", "<a b=\"<\"/>", "<a b=\"1/>", "<1a/>", "< a/>", "<a>&foo;</a>", "<a>&</a>", "<a>&#0;</a>",
        "<a>&#xD800;</a>", "<a>&#x110000;</a>",
        "<a>&#+5;</a>", "<a>&#;</a>", "<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "<a><!-- </a>", "<a><![CDATA[</a>",
        "<?xml <a/>", "<a", "<a/", "<a ", "<", "<a>&lt</a>",
    ])
    func refusesWhatIsNotADocument(_ text: String) {
        #expect(throws: XMLError.self) { try parsed(text) }
    }

    @Test func refusesBrokenUTF8() {
        #expect(throws: XMLError.self) { try XMLNode(parsing: Array("<a>".utf8) + [0xFF] + Array("</a>".utf8)) }
    }

    @Test func limitsHoldAtTheirEdge() throws {
        let limits = XMLLimits(bytes: 60, elements: 4, depth: 3)
        _ = try parsed("<a><b><c/></b><d/></a>", limits: limits)
        #expect(throws: XMLError.self) { try parsed("<a><b><c><d/></c></b></a>", limits: limits) }
        #expect(throws: XMLError.self) { try parsed("<a><b/><b/><b/><b/></a>", limits: limits) }
        #expect(throws: XMLError.self) { try parsed("<a>\(String(repeating: "x", count: 54))</a>", limits: limits) }
        let deep = String(repeating: "<a>", count: 100_000)
        #expect(throws: XMLError.self) { try parsed(deep) }
    }

    @Test(arguments: [21, 22, 23] as [UInt64])
    func whatIsWrittenIsRead(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let tree = Self.randomNode(depth: 0, using: &random)
            var xml = XMLWriter()
            Self.write(tree, to: &xml)
            #expect(try XMLNode(parsing: xml.bytes) == Self.carried(tree))
        }
    }

    private static func randomNode(depth: Int, using random: inout SeededGenerator) -> XMLNode {
        let count = depth < 4 ? Int.random(in: 0...4, using: &random) : 0
        let children = (0..<count).map { _ in randomNode(depth: depth + 1, using: &random) }
        let attributes = Int.random(in: 0...3, using: &random) > 0 ? [:] : ["k": random.text(upTo: 8), "l:m": random.text(upTo: 8)]
        return XMLNode(name: "n\(depth)", attributes: attributes, text: children.isEmpty ? random.text(upTo: 20) : "", children: children)
    }

    private static func write(_ node: XMLNode, to xml: inout XMLWriter) {
        xml.element(node.name, attributes: node.attributes.map { ($0, $1) }) { xml in
            xml.text(node.text)
            node.children.forEach { write($0, to: &xml) }
        }
    }

    /// What XML 1.0 lets through of a node's texts.
    private static func carried(_ node: XMLNode) -> XMLNode {
        XMLNode(
            name: node.name,
            attributes: node.attributes.mapValues(carried),
            text: carried(node.text),
            children: node.children.map(carried)
        )
    }

    private static func carried(_ written: String) -> String {
        var text = ""
        for scalar in written.unicodeScalars {
            let isLost =
                scalar.value < 0x20 && ![0x09, 0x0A, 0x0D].contains(scalar.value) || scalar.value == 0xFFFE || scalar.value == 0xFFFF
            text.unicodeScalars.append(isLost ? "\u{FFFD}" : scalar)
        }
        return text
    }
}
