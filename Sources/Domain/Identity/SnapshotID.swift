/// The id of a snapshot, as `snap-0123456789abcdef0`.
package struct SnapshotID: ResourceID, Codable {
    package static let prefix = "snap"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}
