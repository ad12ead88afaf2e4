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
    /// How many results a page may have where EC2 says nothing else.
    package static let sizes = 5...1000
    /// The largest page, and one more.
    private static let batchMax = sizes.upperBound + 1

    package var maxResults: Int?
    package var nextToken: String?
    private let sizes: ClosedRange<Int>

    package init(maxResults: Int? = nil, nextToken: String? = nil, sizes: ClosedRange<Int> = PageRequest.sizes) {
        self.maxResults = maxResults
        self.nextToken = nextToken
        self.sizes = sizes
    }

    /// A part of the listing: of a size, behind a token. What is nil stays as it was asked for.
    package func part(of size: Int?, after token: String?) -> PageRequest {
        PageRequest(maxResults: size ?? maxResults, nextToken: token ?? nextToken, sizes: sizes)
    }

    func check() throws {
        guard let maxResults else { return }
        guard maxResults >= sizes.lowerBound else { throw Self.refusal(maxResults, "greater than or equal to \(sizes.lowerBound)") }
        guard maxResults <= sizes.upperBound else { throw Self.refusal(maxResults, "less than or equal to \(sizes.upperBound)") }
    }

    /// Whoever names things gets all of them at once, and asks for no pages.
    func check(besides named: [String], _ parameter: String, called name: String = "MaxResults") throws {
        guard named.isEmpty || maxResults == nil else {
            throw Fault(.invalidParameterCombination, "The parameter \(parameter) cannot be used with the parameter \(name)")
        }
    }

    private static func refusal(_ value: Int, _ rule: String) -> Fault {
        Fault(.invalidParameterValue, "Value ( \(value) ) for parameter maxResults is invalid. Expecting a value \(rule).")
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
