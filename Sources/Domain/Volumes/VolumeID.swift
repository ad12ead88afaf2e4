/// The id of a volume, as `vol-0123456789abcdef0`.
package struct VolumeID: ResourceID, Codable {
    package static let prefix = "vol"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}
