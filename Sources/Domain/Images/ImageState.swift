/// The states of an image (ami-behaviour.md, section 1.8).
package enum ImageState: String, Sendable {
    case pending
    case available
    case failed
    /// Kept as a row so that its id answers an empty list rather than an error.
    case deregistered
}
