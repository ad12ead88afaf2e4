import Domain

/// How much of a listing of IAM is asked for: `MaxItems` and `Marker`.
package struct IAMPageRequest: Sendable {
    private static let standard = 100
    /// How long the documents of a page grow before it ends.
    private static let bytesMax = 1 << 20
    /// How many elements with documents are in hand at once.
    private static let batchMax = 25

    private let maxItems: Int?
    private let marker: String?

    /// - Parameter maxItems: from 1 to 1000, as the edge has checked.
    package init(maxItems: Int? = nil, marker: String? = nil) {
        self.maxItems = maxItems
        self.marker = marker
    }

    /// One page. `batch` returns what follows a place, at most so many; `place` says where an element stands.
    ///
    /// - Parameter listing: what is listed, with all that selects it: a marker serves only the listing that it came from.
    func page<Element: Sendable>(
        of listing: String,
        in call: Call,
        place: (Element) -> String,
        batch: (_ after: String?, _ limit: Int) async throws -> [Element]
    ) async throws -> Page<Element> {
        let limit = maxItems ?? Self.standard
        let token = call.pageToken(for: "iam:\(listing)")
        // One more than the page tells whether there is another.
        var elements = try await batch(marker.map { try Self.open($0, token) }, limit + 1)
        guard elements.count > limit else { return Page(elements: elements, nextToken: nil) }
        elements.removeLast(elements.count - limit)
        return Page(elements: elements, nextToken: elements.last.map { token.seal(place($0)) })
    }

    /// One page of what has documents: it ends early when they grow long, as IAM lets it.
    ///
    /// - Parameter cost: of an element, in bytes.
    func page<Element: Sendable>(
        of listing: String,
        in call: Call,
        cost: (Element) -> Int,
        place: (Element) -> String,
        batch: (_ after: String?, _ limit: Int) async throws -> [Element]
    ) async throws -> Page<Element> {
        let limit = maxItems ?? Self.standard
        let token = call.pageToken(for: "iam:\(listing)")
        var after = try marker.map { try Self.open($0, token) }
        var elements: [Element] = []
        var bytes = 0
        while true {
            // One more than the page tells whether there is another.
            let count = min(limit + 1 - elements.count, Self.batchMax)
            let next = try await batch(after, count)
            for element in next {
                guard elements.count < limit, bytes < Self.bytesMax else {
                    return Page(elements: elements, nextToken: elements.last.map { token.seal(place($0)) })
                }
                elements.append(element)
                bytes += cost(element)
            }
            guard next.count == count, let last = next.last else { return Page(elements: elements, nextToken: nil) }
            after = place(last)
        }
    }

    private static func open(_ marker: String, _ token: PageToken) throws -> String {
        do {
            return try token.open(marker)
        } catch {
            throw Fault(.invalidInput, "Invalid Marker: it was not given by this listing, or has expired.", cause: error)
        }
    }
}
