/// Why a bundle is refused or cannot be made, as the text behind `InvalidManifest: `.
package struct BundleError: Error, Hashable, Sendable, CustomStringConvertible {
    package let cause: String

    package init(_ cause: String) { self.cause = cause }

    package var description: String { cause }

    /// The one cause for whatever goes wrong between the wrapped key and the end of the gzip stream: which step failed would tell
    /// someone who guesses at a wrapped key when a guess was well-formed (Bleichenbacher, CRYPTO '98).
    package static let undecipherable = BundleError(
        "The parts do not decrypt to a gzip stream: the key, the IV or the parts are not those that the bundle was made with."
    )

    /// A text from outside, made fit to stand in a cause: short and without control characters.
    static func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(80).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : String($0) }.joined()
        return "\"\(shown)\"" + (text.unicodeScalars.count > 80 ? "…" : "")
    }
}
