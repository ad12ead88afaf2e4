/// The id of an instance, as `i-0123456789abcdef0`.
package struct InstanceID: ResourceID, Codable {
    package static let prefix = "i"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}
