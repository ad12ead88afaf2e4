/// The characters of ids that IAM gives: access keys and certificates.
package enum RandomLetters {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

    /// So many capital letters and digits of Base32, from the system's generator.
    package static func make(_ count: Int) -> String { String((0..<count).map { _ in letters[Int.random(in: 0..<letters.count)] }) }
}
