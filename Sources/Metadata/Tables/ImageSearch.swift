/// What DescribeImages asks for, as far as an index can find it; `nil` does not narrow.
package struct ImageSearch: Sendable {
    package var owners: [String]?
    package var ids: [String]?
    package var names: [String]?
    package var states: [String]?
    package var sourceImageIDs: [String]?
    package var snapshotIDs: [String]?
    package var tags: [(key: String, values: [String])] = []

    package init() {}
}
