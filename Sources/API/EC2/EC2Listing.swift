import Services
import Wire

/// An action that lists. Asked for everything in one piece, it writes itself page by page: the list may be too long to hold.
protocol EC2Listing: EC2Action where Answer == ListingAnswer<Element> {
    associatedtype Element: Sendable

    /// Whether the answer is sent page by page: neither ids nor the size of a page bound it.
    var isSentInPages: Bool { get }

    /// A page of `size` elements behind a token, or the page that was asked for.
    func page(of size: Int?, after nextToken: String?, in call: Call) async throws -> Page<Element>

    /// The element that holds the list, empty in an answer without elements.
    static var list: String { get }
    static func write(_ element: Element, to xml: inout XMLWriter)
}

extension EC2Listing {
    private static func answer(_ page: Page<Element>) -> Answer { ListingAnswer(page: page, list: list) { write($0, to: &$1) } }

    func run(in call: Call) async throws -> Answer { Self.answer(try await page(of: nil, after: nil, in: call)) }

    func reply(in call: Call, requestID: String) async throws -> Reply {
        guard isSentInPages else {
            return .xml(EC2Envelope.success(action: Self.name, requestID: requestID, body: try await run(in: call)))
        }
        let empty = Self.answer(Page(elements: [], nextToken: nil))
        return try await PagedListing.reply(
            empty: EC2Envelope.success(action: Self.name, requestID: requestID, body: empty),
            list: Self.list,
            page: { try await page(of: PagedListing<Element>.pageSize, after: $0, in: call) },
            write: { Self.write($1, to: &$0) }
        )
    }
}

/// A page of a listing.
struct ListingAnswer<Element: Sendable>: XMLEncodable {
    let page: Page<Element>
    /// The element that holds the list.
    let list: String
    let element: @Sendable (Element, inout XMLWriter) -> Void

    func write(to xml: inout XMLWriter) {
        xml.list(list, page.elements) { element($1, &$0) }
        xml.element("nextToken", page.nextToken)
    }
}
