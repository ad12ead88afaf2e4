import Domain

/// How much of a listing of KMS is asked for: `Limit` and `Marker`.
package struct KeyPageRequest: Sendable {
    package var limit: Int?
    package var marker: String?

    package init(limit: Int? = nil, marker: String? = nil) {
        self.limit = limit
        self.marker = marker
    }

    /// One page. `batch` returns what follows a place, at most so many; `place` says where an element stands.
    func page<Element: Sendable>(
        of listing: String,
        in call: Call,
        standard: Int,
        max: Int = 1000,
        place: (Element) -> String,
        batch: (_ after: String?, _ limit: Int) async throws -> [Element]
    ) async throws -> Page<Element> {
        let limit = limit ?? standard
        guard (1...max).contains(limit) else { throw Fault(.validationException, "Limit must be between 1 and \(max), not \(limit)") }
        let token = call.pageToken(for: "kms:\(listing)")
        // One more than the page tells whether there is another.
        var elements = try await batch(marker.map { try Self.open($0, token) }, limit + 1)
        guard elements.count > limit else { return Page(elements: elements, nextToken: nil) }
        elements.removeLast(elements.count - limit)
        return Page(elements: elements, nextToken: elements.last.map { token.seal(place($0)) })
    }

    private static func open(_ marker: String, _ token: PageToken) throws -> String {
        do {
            return try token.open(marker)
        } catch {
            throw Fault(.invalidMarker, "Could not deserialize marker '\(marker.prefix(64))'", cause: error)
        }
    }
}
