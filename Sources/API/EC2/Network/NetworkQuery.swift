import Domain
import Services
import Wire

/// What the calls that describe parts of the default network are asked for.
struct NetworkQuery: Sendable {
    private let kind: NetworkPartID.Kind
    private let ids: [String]
    private let filters: [Filter]
    private let page: PageRequest

    /// - Parameters:
    ///   - ids: the name of the parameter that has the ids.
    ///   - sizes: what `MaxResults` may be.
    init(
        _ kind: NetworkPartID.Kind,
        ids: String,
        _ sizes: ClosedRange<Int> = PageRequest.sizes,
        from query: QueryReader
    ) throws(RequestError) {
        self.kind = kind
        self.ids = try query[ids]
        filters = try query.filters()
        page = try query.page(sizes)
    }

    func run(in call: Call) async throws -> Page<NetworkPart> {
        try await DefaultNetworks(call).describe(kind, ids: ids, filters: filters, page: page)
    }
}

/// A page of parts of the network, each written in its own way.
struct NetworkAnswer: XMLEncodable {
    let list: String
    let page: Page<NetworkPart>
    let write: @Sendable (NetworkPart, inout XMLWriter) -> Void

    func write(to xml: inout XMLWriter) {
        xml.list(list, page.elements) { write($1, &$0) }
        xml.element("nextToken", page.nextToken)
    }
}
