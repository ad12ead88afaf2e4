/// One element of a small XML document.
///
/// Namespaces are not resolved: a prefix stays part of the name, and a declaration is an attribute. White space between elements is
/// not text.
package struct XMLNode: Sendable {
    package let name: String
    package let attributes: [String: String]
    package let text: String
    package let children: [XMLNode]
    /// Where the element stands in the document, from its `<` to behind its last `>`, in bytes: what a signature over its text needs.
    /// Empty for a node that was not read from one.
    package let source: Range<Int>

    package init(name: String, attributes: [String: String] = [:], text: String = "", children: [XMLNode] = [], source: Range<Int> = 0..<0)
    {
        self.name = name
        self.attributes = attributes
        self.text = text
        self.children = children
        self.source = source
    }

    /// The root element of a document.
    package init(parsing document: [UInt8], limits: XMLLimits = .standard) throws(XMLError) {
        var parser = try XMLParser(document, limits: limits)
        self = try parser.document()
    }

    /// The first child of that name.
    package subscript(_ name: String) -> XMLNode? {
        children.first { $0.name == name }
    }

    package func children(_ name: String) -> [XMLNode] {
        children.filter { $0.name == name }
    }

    /// The text of the first child of that name; nil when there is no such child.
    package func text(_ name: String) -> String? {
        self[name]?.text
    }

    /// The `<item>` elements of a list; none when the list is absent.
    package func items(_ list: String, item: String = "item") -> [XMLNode] {
        self[list]?.children(item) ?? []
    }
}

/// Equal in what they say, wherever they stand.
extension XMLNode: Equatable {
    package static func == (left: XMLNode, right: XMLNode) -> Bool {
        left.name == right.name && left.attributes == right.attributes && left.text == right.text && left.children == right.children
    }
}

/// What a document may measure before it is refused.
package struct XMLLimits: Sendable {
    package var bytes: Int
    package var elements: Int
    /// Of all elements together.
    package var attributes: Int
    package var depth: Int

    package init(bytes: Int = 64 << 20, elements: Int = 2_000_000, attributes: Int = 2_000_000, depth: Int = 64) {
        self.bytes = bytes
        self.elements = elements
        self.attributes = attributes
        self.depth = depth
    }

    package static let standard = XMLLimits()
}

/// Why a document is not read: what was wrong, and at which byte.
package struct XMLError: Error, Equatable, Sendable, CustomStringConvertible {
    package let reason: String
    package let offset: Int

    package var description: String { "XML at byte \(offset): \(reason)" }
}
