/// Limits and names of filters (docs/behaviour/requests.md, "Filters").
package enum FilterRules {
    package static let valuesMax = 200

    /// Checks a request's filters against the names that exist, before anything is read.
    package static func check(_ filters: [Filter], names: Set<String>) throws {
        for filter in filters {
            guard filter.tagKey != nil || names.contains(filter.name) else { throw unknown(filter.name) }
            if let escape = filter.values.compactMap(\.invalidEscape).first {
                throw Fault(
                    .invalidParameterValue,
                    "The filter '\(filter.name)' has the invalid escape '\(escape)': a backslash is followed by *, ? or another backslash"
                )
            }
        }
        guard filters.reduce(0, { $0 + $1.values.count }) <= valuesMax else {
            throw Fault(.filterLimitExceeded, "The maximum number of filter values specified on a single call is \(valuesMax)")
        }
    }

    package static func unknown(_ name: String) -> Fault {
        Fault(.invalidParameterValue, "The filter '\(name)' is invalid")
    }
}
