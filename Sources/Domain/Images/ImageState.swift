/// The states of an image (docs/behaviour/images.md, "States").
package enum ImageState: String, Sendable {
    case pending
    case available
    case failed
    /// Kept as a row so that its id answers an empty list rather than an error.
    case deregistered
}
