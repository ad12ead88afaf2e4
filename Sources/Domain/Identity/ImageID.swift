/// The id of an image (AMI), as `ami-0123456789abcdef0`.
package struct ImageID: ResourceID, Codable {
    package static let prefix = "ami"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}
