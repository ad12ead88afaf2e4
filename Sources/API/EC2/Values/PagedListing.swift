import NIOCore
import Services
import Wire

/// A listing that was asked for in one piece: it is read and written a page at a time, so that memory holds one page.
struct PagedListing<Element: Sendable>: ReplyParts {
    static var pageSize: Int { 1000 }
    var waitsForRoom: Bool { true }

    private let page: @Sendable (_ nextToken: String?) async throws -> Page<Element>
    private let write: @Sendable (inout XMLWriter, Element) -> Void
    private let tail: ByteBuffer
    private var nextToken: String?
    private var isDone = false

    /// The answer to `action`. `empty` is its document without elements, in which `list` stands as an empty element.
    static func reply(
        empty document: [UInt8],
        list: String,
        page: @escaping @Sendable (_ nextToken: String?) async throws -> Page<Element>,
        write: @escaping @Sendable (inout XMLWriter, Element) -> Void
    ) async throws -> Reply {
        let first = try await page(nil)
        let (head, tail) = split(document, at: list)
        var reply = Reply.xml(head + items(first, write))
        if first.nextToken == nil {
            reply.body.writeBytes(tail)
        } else {
            reply.parts = PagedListing(page: page, write: write, tail: ByteBuffer(bytes: tail), nextToken: first.nextToken)
        }
        return reply
    }

    mutating func next() async throws -> ByteBuffer? {
        guard let token = nextToken else {
            defer { isDone = true }
            return isDone ? nil : tail
        }
        let page = try await page(token)
        nextToken = page.nextToken
        return ByteBuffer(bytes: Self.items(page, write))
    }

    private static func items(_ page: Page<Element>, _ write: (inout XMLWriter, Element) -> Void) -> [UInt8] {
        var xml = XMLWriter(declaration: false)
        for element in page.elements {
            xml.element("item") { write(&$0, element) }
        }
        return xml.bytes
    }

    private static func split(_ document: [UInt8], at list: String) -> (head: [UInt8], tail: [UInt8]) {
        let text = String(decoding: document, as: UTF8.self)
        let parts = text.split(separator: "<\(list)/>", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { preconditionFailure("The answer has no empty \(list)") }
        return (Array("\(parts[0])<\(list)>".utf8), Array("</\(list)>\(parts[1])".utf8))
    }
}
