/// The id of one snapshot's copy, Ferry's own: it never leaves the server but in logs.
package struct CopyID: ResourceID {
    package static let prefix = "copy"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}
