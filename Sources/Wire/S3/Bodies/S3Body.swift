/// A value that a request carries as an XML document.
package protocol S3Body: Sendable {
    /// The name of the root element.
    static var rootName: String { get }
    /// Reads the root element, whose name has been checked.
    init(_ fields: S3Fields) throws(S3Error)
}

extension S3Body {
    /// Reads a document: of its schema, no element more, or `MalformedXML`.
    package init(parsing document: [UInt8]) throws(S3Error) {
        guard !document.isEmpty else { throw S3Error(.missingRequestBody) }
        let root: XMLNode
        do {
            // 10,000 parts with a SHA-256 each are some 2 MB.
            root = try XMLNode(parsing: document, limits: XMLLimits(bytes: 4 << 20, elements: 100_000, attributes: 12_000, depth: 12))
        } catch {
            throw .malformedXML(error.description)
        }
        guard root.name == Self.rootName else { throw .malformedXML("the root element must be \(Self.rootName)") }
        try self.init(S3Fields(root))
    }
}
