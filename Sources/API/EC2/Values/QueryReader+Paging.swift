import Domain
import Services
import Wire

extension QueryReader {
    /// `MaxResults` and `NextToken`.
    ///
    /// - Parameter sizes: what `MaxResults` may be.
    func page(_ sizes: ClosedRange<Int> = PageRequest.sizes) throws(RequestError) -> PageRequest {
        PageRequest(maxResults: try self["MaxResults"], nextToken: try self["NextToken"], sizes: sizes)
    }

    /// `Filter.N`, or under the name that an action has for it.
    func filters(_ name: String = "Filter") throws(RequestError) -> [Filter] {
        let parameters: [FilterParameter] = try self[name]
        return parameters.map(\.filter)
    }

    /// A text that an empty parameter leaves empty.
    func text(_ name: String, lengthMax: Int) throws(RequestError) -> String {
        let text: String = try self[name] ?? ""
        guard text.unicodeScalars.count <= lengthMax else { throw .invalid(name, text, "At most \(lengthMax) characters are allowed") }
        return text
    }
}

private struct FilterParameter: QueryStructure {
    let filter: Filter

    init(from query: QueryReader) throws(RequestError) {
        let values: [PossiblyEmpty] = try query["Value"]
        guard let name: String = try query["Name"] else {
            throw .rejected(code: "InvalidParameterValue", message: "The filter 'null' is invalid")
        }
        filter = Filter(name: name, values: values.map(\.text))
    }
}
