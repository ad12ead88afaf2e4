/// What a snapshot's `statusMessage`, or the `stateReason` of a pending instance-store image, tells about the copy that fills it.
package enum CopyStatusMessage: Hashable, Sendable {
    /// `Copied 1073741824 of 2147483648 bytes`: bytes of blocks with data.
    case copying(done: Int64, total: Int64)
    /// `Copied 2147483648 bytes, moved 104857600`: moved are those that the Region did not have. Not everybody is told those.
    case copied(total: Int64, moved: Int64?)

    /// What stands behind a semicolon is for people: a remark that the copy is late. Nil for texts of another kind, such as the reason of a failure.
    package init?(_ text: String) {
        let words = text.prefix { $0 != ";" }.split { $0 == " " || $0 == "," }
        guard words.first == "Copied" else { return nil }
        if words.count == 5, words[2] == "of", words[4] == "bytes", let done = Int64(words[1]), let total = Int64(words[3]) {
            self = .copying(done: done, total: total)
        } else if words.count == 5, words[2] == "bytes", words[3] == "moved", let total = Int64(words[1]), let moved = Int64(words[4]) {
            self = .copied(total: total, moved: moved)
        } else if words.count == 3, words[2] == "bytes", let total = Int64(words[1]) {
            self = .copied(total: total, moved: nil)
        } else {
            return nil
        }
    }
}
