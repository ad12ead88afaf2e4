import Domain

/// One page of a listing, and the token for the next.
package struct Page<Element: Sendable>: Sendable {
    package let elements: [Element]
    package let nextToken: String?

    package init(elements: [Element], nextToken: String?) {
        self.elements = elements
        self.nextToken = nextToken
    }
}

/// How much of a listing is asked for.
package struct PageRequest: Sendable {
    private static let batchMax = 1000

    package var maxResults: Int?
    package var nextToken: String?

    package init(maxResults: Int? = nil, nextToken: String? = nil) {
        self.maxResults = maxResults
        self.nextToken = nextToken
    }

    /// EC2 takes 5 to 1,000 results a page.
    func check() throws {
        guard let maxResults else { return }
        guard maxResults >= 5 else {
            throw Fault(
                .invalidParameterValue,
                "Value ( \(maxResults) ) for parameter maxResults is invalid. Expecting a value greater than or equal to 5."
            )
        }
        guard maxResults <= 1000 else {
            throw Fault(
                .invalidParameterValue,
                "Value ( \(maxResults) ) for parameter maxResults is invalid. Expecting a value less than or equal to 1000."
            )
        }
    }
}

extension PageRequest {
    /// Walks a listing in batches and keeps what matches, until the page is full or the listing ends.
    ///
    /// `batch` returns what follows a place, at most so many; `place` says where an element stands.
    func collect<Element: Sendable>(
        token: PageToken,
        place: (Element) -> String,
        batch: (_ after: String?, _ limit: Int) async throws -> [Element],
        where matches: (Element) throws -> Bool
    ) async throws -> Page<Element> {
        try check()
        // One more than the page tells whether there is another. When little matches, the batches grow.
        var batchSize = min((maxResults ?? Self.batchMax) + 1, Self.batchMax)
        var after = try nextToken.map(token.open)
        var elements: [Element] = []
        while true {
            let next = try await batch(after, batchSize)
            for element in next where try matches(element) {
                if elements.count == maxResults {
                    return Page(elements: elements, nextToken: elements.last.map { token.seal(place($0)) })
                }
                elements.append(element)
            }
            guard next.count == batchSize, let last = next.last else { return Page(elements: elements, nextToken: nil) }
            after = place(last)
            batchSize = min(batchSize * 4, Self.batchMax)
        }
    }
}
